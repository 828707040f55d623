"""A sentence or two on what happened on GitHub: every name, number and link of it is filled in by code."""

from collections.abc import Mapping

from agent.guardrails.links import links_for
from agent.guardrails.marks import InSlack
from agent.guardrails.outgoing import for_slack
from agent.narration.happening import Happening, Kind
from bot.messages import Message, cut, escape, linked
from bot.settings import Settings
from prompts.words import fixed, say

QUOTED = 200  # characters of somebody's words, where no model has put them in short
TOLD: Mapping[Kind, str] = {
    "comment": fixed("{who} wrote on {about}"),
    "approved": fixed("{who} approved {about}"),
    "changes_requested": fixed("{who} wants something changed in {about}"),
    "reviewed": fixed("{who} has looked at {about}"),
}
BY_MODEL = fixed("put in short by a model · nothing was changed")


def told(happening: Happening, *, who: str, gist: str, settings: Settings) -> Message:
    """What a thread reads.

    Args:
        who: how whoever did it is called here.
        gist: what they wrote, in short, as a model has it; empty: their own first words are quoted.
    """
    about = linked(happening.about, happening.url)
    if happening.kind == "checks":
        text = fixed("The check `{name}` of {about} failed. Ask me why: “why does CI fail on {number}?”")
        name = escape(cut(" ".join(happening.name.replace("`", "'").split()), QUOTED))
        return Message(text=say(text, name=name, about=about, number=happening.number))
    if happening.kind == "preview":
        text = fixed("{about} can be tried out: {link}. Have a look, and say here what you think.")
        return Message(text=say(text, about=about, link=linked(say("open the preview"), happening.link)))
    there = linked(happening.about, happening.link or happening.url)
    did = say(TOLD[happening.kind], who=f"*{escape(who)}*", about=there)
    marks = InSlack(links=links_for(settings, ""))
    if gist:
        return Message(text=f"{did}: {for_slack(gist, marks)}", notes=(say(BY_MODEL),))
    quote = _quoted(happening.words)
    return Message(text=f"{did}: “{marks.text(quote)}”" if quote else f"{did}.")


def _quoted(words: str) -> str:
    """The first words, in one line."""
    return cut(" ".join(words.split()), QUOTED)
