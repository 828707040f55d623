"""Show all: whoever may know of a proposal reads the whole of what it would change, where its message cuts it."""

import re
from collections.abc import Mapping

from agent.desk import Desk
from agent.guardrails.links import harmless, links_for
from agent.proposals import proposal
from agent.proposals.editable import WHOLE
from agent.proposals.fields import whole
from bot.forms import Form
from prompts.words import say
from storage import turns

_NAMED = re.compile(r"P-(\d{1,9})")


async def form(desk: Desk, value: str, *, about: Mapping[str, str | None]) -> Form:
    """What only says something: each field, before and after.

    Raises:
        Stray: there is none, or none of theirs.
    """
    number = _NAMED.fullmatch(value)
    found = await proposal.visible_proposal(desk, int(number[1]) if number else 0)
    asked = (await turns.get(desk.tx, found.turn_id)).text if found.turn_id else ""
    links = links_for(desk.settings, asked)
    texts = [harmless(text, links) for text in await whole(desk, found.before, found.after)]
    title = say("All of {proposal}", proposal=found.name)
    return Form(verb=WHOLE, title=title, submit="", fields=(), about=about, texts=tuple(texts or [found.said]))
