"""Forms that ask for a reason: quick ones to pick, the ticket's team's own if it keeps some, and room for words."""

from collections.abc import Sequence

from agent.commands.grammar import reason_of
from agent.commands.reading import LONGEST_REASON, says_something
from agent.desk import Desk
from agent.forms.kind import FormKind, Given
from agent.reasons import LONGEST, reasons_for
from bot.forms import Field
from bot.messages import Option
from prompts.words import fixed, say
from storage.tickets import Ticket

MISSING = fixed("Pick a reason or write one: it goes on record.")
OF_WHICH = fixed("Write `dup CH-1 of CH-2` to the bot.")
DUPLICATE, ENDS = fixed("Duplicate…"), ("resolve", "close")  # leads to the form that asks of which ticket
CHOSEN = {"not_an_issue": fixed("Not an issue")}  # by the button that opens the form


def reason_form(verb: str, title: str, submit: str, *, like: str = "") -> FormKind:
    """The form of a verb that takes a reason.

    Args:
        like: the verb whose quick reasons it offers, if they are another's.
    """

    async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
        offered = list(await reasons_for(desk, ticket, like or verb))
        initial = say(CHOSEN[chosen]) if chosen in CHOSEN else ""
        if initial and initial not in offered:
            offered.append(initial)
        return quick(offered, initial=initial, ends=(like or verb) in ENDS), written()

    return FormKind(
        verb=verb, title=title, submit=submit, fields=fields, line=lambda given, _: reason_of(given), blamed="reason",
        check=_is_there,
    )  # fmt: skip


def quick(offered: Sequence[str], *, initial: str = "", ends: bool = False) -> Field:
    """Reasons to pick from.

    Args:
        ends: that it is a duplicate may be one of them.
    """
    duplicate = (Option(label=say(DUPLICATE), value=DUPLICATE),) if ends else ()
    return Field(
        name="quick",
        kind="choice",
        label=say("Reason"),
        options=(*(Option(label=text, value=text) for text in offered), *duplicate),
        initial=initial,
        is_optional=True,
    )


def written() -> Field:
    """Room for a reason in one's own words."""
    return Field(
        name="reason",
        kind="text",
        label=say("In your words"),
        hint=say("Goes on record and into the thread."),
        is_optional=True,
        longest=LONGEST_REASON - LONGEST - 2,
    )


async def _is_there(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    if given.get("quick") == DUPLICATE:
        return {"quick": say(OF_WHICH)}
    return {} if says_something(reason_of(given)) else {"reason": say(MISSING)}
