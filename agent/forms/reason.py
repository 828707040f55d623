"""Forms that ask for a reason: quick ones to pick, the ticket's team's own if it keeps some, and room for words."""

from collections.abc import Sequence

from agent.commands.grammar import reason_of
from agent.commands.slots import LONGEST_REASON, SHORTEST_REASON
from agent.desk import Desk
from agent.forms.kind import FormKind, Given, language_of
from agent.reasons import LONGEST, reasons_for
from bot.forms import Field, Words
from bot.messages import Option
from storage.tickets import Ticket

MISSING = Words(
    "Pick a reason or write one: it goes on record.", "Grund auswählen oder schreiben: er wird festgehalten."
)
CHOSEN = {"not_an_issue": "Not an issue"}  # by the button that opens the form


def reason_form(verb: str, title: Words, *, like: str = "") -> FormKind:
    """The form of a verb that takes a reason.

    Args:
        like: the verb whose quick reasons it offers, if they are another's.
    """

    async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
        offered = list(await reasons_for(desk, ticket, like or verb))
        initial = CHOSEN.get(chosen, "")
        if initial and initial not in offered:
            offered.append(initial)
        return (quick(offered, initial=initial), WRITTEN)

    return FormKind(
        verb=verb, title=title, submit=title, fields=fields, line=lambda given, _: reason_of(given), blamed="reason",
        check=_is_there,
    )  # fmt: skip


def quick(offered: Sequence[str], *, initial: str = "") -> Field:
    """Reasons to pick from."""
    return Field(
        name="quick",
        kind="choice",
        label=Words("Reason", "Grund"),
        options=tuple(Option(label=text, value=text) for text in offered),
        initial=initial,
        is_optional=True,
    )


WRITTEN = Field(
    name="reason",
    kind="text",
    label=Words("In your words", "In eigenen Worten"),
    hint=Words("Goes on record and into the thread.", "Wird festgehalten und steht im Thread."),
    is_optional=True,
    longest=LONGEST_REASON - LONGEST - 2,
)


async def _is_there(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    return {} if len(reason_of(given)) >= SHORTEST_REASON else {"reason": MISSING.of(await language_of(desk))}
