"""`help` is about who asks and where; `who can` names people; every act on a ticket can be said in its thread."""

import pytest

from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.commands.verb import Slot, Verb
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, report, slash

ON_TICKETS = [verb for verb in VERBS if Slot.TICKET in verb.takes and not verb.is_for_buttons]


def parts(answer: str) -> tuple[str, str]:
    mine, _, others = answer.partition("Not for you here:")
    return mine, others


async def test_help_lists_first_what_one_may_do_and_then_why_not_the_rest(slack: SlackSandbox, bot: Bot) -> None:
    mine, others = parts(await slash(bot, "frank", "help"))
    assert "• `show CH-1` – " in mine
    assert "• `close CH-1 &lt;reason&gt;` – " not in mine
    assert (
        "`close CH-1 &lt;reason&gt;` – end a ticket without a fix, and say why (for managers of the team and adm"
        in others
    )
    mine, _ = parts(await slash(bot, "alice", "help"))
    assert "• `close CH-1 &lt;reason&gt;` – " in mine


async def test_help_in_a_tickets_thread_is_about_that_ticket(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "erin", "help", thread_ts=root)  # she manages another team
    mine, others = parts(slack.ephemerals("erin")[-1].plain)
    assert "*What you may do with CH-1 and otherwise*" in mine
    assert "• `close CH-1 &lt;reason&gt;` – " in others


async def test_who_can_names_people_without_a_ping(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert await slash(bot, "frank", "who can close CH-1?") == (
        "`close` is for managers of the team and admins. For *CH-1* Redis is down that is @alice."
    )
    assert await slash(bot, "frank", "wer kann fixed") == (
        "`resolve` is for assignees, managers and admins. `help resolve` explains it."
    )
    assert (await slash(bot, "frank", "who can resolv")).startswith("There is no command “resolv”. Did you mean")


@pytest.mark.parametrize("verb", ON_TICKETS, ids=lambda verb: verb.name)
def test_every_act_on_a_ticket_can_be_said_in_its_thread(verb: Verb) -> None:
    """There the slash command cannot be typed."""
    line = verb.example.replace("CH-1 ", "").replace("CH-1", "").strip()
    parsed = parse(line, VERBS, has_thread_ticket=True, is_message=True)
    assert parsed is not None
    assert (parsed.verb, parsed.problem) == (verb, "")
