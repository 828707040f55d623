"""The form of a button for one person and one ticket, and what a submitted one says as a command."""

import re
from collections.abc import Mapping

from agent.change import as_of
from agent.commands import deny, track
from agent.commands.grammar import parse, reason_of
from agent.commands.registry import VERBS
from agent.desk import Desk
from agent.forms import deny as denial
from agent.forms import track as tracking
from agent.forms.kind import FormKind, Given, language_of
from agent.forms.table import form_of
from bot.events import SlackForm
from bot.forms import Form
from storage import tickets
from storage.tickets import Ticket

_NAMED = re.compile(r"CH-(\d{1,9})(?:@(\d{1,9}))?")


async def ticket_of(desk: Desk, value: str) -> tuple[Ticket | None, int | None]:
    """The ticket that a button or form carries, and the version it was made from."""
    found = _NAMED.fullmatch(value)
    if found is None:
        return None, None
    return await tickets.by_number(desk.tx, desk.workspace_id, int(found[1])), int(found[2]) if found[2] else None


async def form_for(
    desk: Desk, kind: FormKind, ticket: Ticket, *, chosen: str = "", about: Mapping[str, str | None]
) -> Form:
    """The form, with what is so today.

    Args:
        chosen: what its button chose beforehand.
        about: what comes back with it.
    """
    language = await language_of(desk)
    return Form(
        verb=kind.verb,
        title=f"{kind.title.of(language)} {ticket.name}",
        submit=kind.submit.of(language),
        fields=await kind.fields(desk, ticket, chosen),
        # What shows the ticket was made from what it is now, all else from what the button's card said.
        about={**about, "value": ticket.named_version} if kind.shows_ticket else about,
        language=language,
    )


async def line_of(desk: Desk, verb: str, value: str, given: Given) -> str:
    """A submitted form as a command line; what stood in it at first is worked out anew from its version."""
    if verb == track.VERB.name:
        return f"{verb} {value} {tracking.line(given)}"
    if verb == deny.VERB.name:
        return f"{verb} {value} {reason_of(given)}"
    kind = form_of(verb)
    ticket, version = await ticket_of(desk, value)
    was = {}
    if kind and ticket and version is not None and kind.shows_ticket and await _is_seen(desk, ticket):
        before = await as_of(desk, ticket, version)
        was = {field.name: field.initial for field in await kind.fields(desk, before, "")}
    return f"{verb} {value} {kind.line(given, was) if kind else ''}".strip()


async def problems(desk: Desk, verb: str, value: str, given: Given) -> dict[str, str]:
    """What is wrong with the answers, by field; empty when they can be tried, or only the command can say."""
    if verb == track.VERB.name:
        return await tracking.problems(desk, given)
    if verb == deny.VERB.name:
        return await denial.problems(desk, given)
    kind = form_of(verb)
    ticket, _ = await ticket_of(desk, value)
    if kind is None or ticket is None or (kind.shows_ticket and not await _is_seen(desk, ticket)):
        return {}
    if wrong := await kind.check(desk, ticket, given):
        return wrong
    parsed = parse(await line_of(desk, verb, value, given), VERBS)
    return {kind.blamed: f"{parsed.problem[:1].upper()}{parsed.problem[1:]}."} if parsed and parsed.problem else {}


def target_of(form: SlackForm) -> str:
    """What a form is about: what it was opened for, else the ticket that was chosen in it."""
    return form.value or form.fields.get("ticket", "")


async def _is_seen(desk: Desk, ticket: Ticket) -> bool:
    return desk.actor is not None and await desk.sees(ticket)
