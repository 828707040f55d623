"""The form of a button for one person and one ticket, and what a submitted one says as a command."""

import json
import re
from collections.abc import Mapping

from agent.commands import ask, deny, remind, reminders, track
from agent.commands.grammar import parse, reason_of
from agent.commands.registry import VERBS
from agent.desk import Desk
from agent.forms import deny as denial
from agent.forms import remind as reminding
from agent.forms import request
from agent.forms import track as tracking
from agent.forms.changes import changed, marks, overtaken
from agent.forms.kind import FormKind, Given, OpenKind
from agent.forms.reason import DUPLICATE
from agent.forms.table import form_of, open_form_of
from agent.proposals import amend
from agent.proposals.editable import AMEND
from agent.tickets.change import as_of
from bot.events import SlackForm
from bot.forms import Form
from prompts.words import say
from storage import tickets
from storage.tickets import Ticket

OWN_PROBLEMS = {
    track.VERB.name: tracking.problems,
    deny.VERB.name: denial.problems,
    remind.VERB.name: reminding.problems,
    reminders.VERB.name: reminding.problems,
}
MERGE = "dup"
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
    return Form(
        verb=kind.verb,
        title=say(kind.title, ticket=ticket.name),
        submit=say(kind.submit),
        fields=await kind.fields(desk, ticket, chosen),
        # What shows the ticket was made from what it is now, all else from what the button's card said.
        about={**about, "value": ticket.named_version} if kind.shows_ticket else about,
    )


async def open_form_for(desk: Desk, kind: OpenKind, value: str, *, about: Mapping[str, str | None]) -> Form:
    """The form about no ticket, with what is so today.

    Raises:
        Refused: it is not for the asker.
    """
    fields = await kind.fields(desk, value)
    return Form(
        verb=kind.name,
        title=say(kind.title),
        submit=say(kind.submit),
        fields=fields,
        about={**about, "at_first": json.dumps(marks(fields))} if kind.is_of_settings else about,
    )


async def lines_of(desk: Desk, form: SlackForm) -> list[str]:
    """A submitted form as command lines: one of most, of settings one for each that was changed."""
    if kind := open_form_of(form.action):
        return kind.lines(form.value, form.fields, changed(form.fields, await _at_first(desk, kind, form)))
    return [await line_of(desk, form.action, target_of(form), form.fields)]


async def _at_first(desk: Desk, kind: OpenKind, form: SlackForm) -> Given:
    """The marks that came with the form; one that an earlier release opened has none, and is taken for just opened."""
    return form.at_first or marks(await kind.fields(desk, form.value))


async def line_of(desk: Desk, verb: str, value: str, given: Given) -> str:
    """A submitted form as a command line; what stood in it at first is worked out anew from its version."""
    if verb == track.VERB.name:
        return f"{verb} {value} {tracking.line(given)}"
    if verb == ask.VERB.name:
        return request.line(verb, given)
    if verb == deny.VERB.name:
        return f"{verb} {value} {reason_of(given)}"
    if verb in {remind.VERB.name, reminders.VERB.name}:
        return reminding.line(verb, value, given)
    kind = form_of(verb)
    ticket, version = await ticket_of(desk, value)
    was = {}
    if kind and ticket and version is not None and kind.shows_ticket and await _is_seen(desk, ticket):
        before = await as_of(desk, ticket, version)
        was = {field.name: field.initial for field in await kind.fields(desk, before, "")}
    return f"{verb} {value}: {kind.line(given, was) if kind else ''}".strip()  # the colon ends the tickets


async def leads_to(desk: Desk, submitted: SlackForm) -> Form | None:
    """The form that takes the place of this one: a reason that is another command's; None when there is none."""
    kind, (ticket, _) = form_of(MERGE), await ticket_of(desk, target_of(submitted))
    if submitted.fields.get("quick") != DUPLICATE or kind is None or ticket is None or not await _is_seen(desk, ticket):
        return None
    about = {"value": submitted.value, "channel_id": submitted.channel_id, "thread_ts": submitted.thread_ts}
    return await form_for(desk, kind, ticket, about=about)


async def problems(desk: Desk, form: SlackForm) -> dict[str, str]:
    """What is wrong with the answers, by field; empty when they can be tried, or only the command can say."""
    verb, value, given = form.action, target_of(form), form.fields
    if verb == AMEND:
        return await amend.problems(desk, value, given)
    if verb in OWN_PROBLEMS:
        return await OWN_PROBLEMS[verb](desk, given)
    if (about_none := open_form_of(verb)) is not None:
        return await _open_problems(desk, about_none, form)
    kind = form_of(verb)
    ticket, _ = await ticket_of(desk, value)
    if kind is None or ticket is None or (kind.shows_ticket and not await _is_seen(desk, ticket)):
        return {}
    if wrong := await kind.check(desk, ticket, given):
        return wrong
    parsed = parse(await line_of(desk, verb, value, given), VERBS)
    return {kind.blamed: f"{parsed.problem[:1].upper()}{parsed.problem[1:]}."} if parsed and parsed.problem else {}


async def _open_problems(desk: Desk, kind: OpenKind, form: SlackForm) -> dict[str, str]:
    if desk.actor is None:
        return {}
    if wrong := await kind.check(desk, form.value, form.fields):
        return wrong
    if kind.is_of_settings and form.at_first:
        now = marks(await kind.fields(desk, form.value))
        if late := overtaken(form.fields, form.at_first, now):
            return late
    for line in await lines_of(desk, form):
        if (parsed := parse(line, VERBS)) and parsed.problem:
            return {kind.blamed: f"{parsed.problem[:1].upper()}{parsed.problem[1:]}."}
    return {}


def target_of(form: SlackForm) -> str:
    """What a form is about: what it was opened for, else the ticket that was chosen in it."""
    return form.value or form.fields.get("ticket", "")


async def _is_seen(desk: Desk, ticket: Ticket) -> bool:
    return desk.actor is not None and await desk.sees(ticket)
