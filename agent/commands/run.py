"""Runs one command, wherever it was said: look up what it names, ask for permission once, act."""

from collections.abc import Sequence
from dataclasses import replace

from agent.change import undo_button
from agent.commands import stale, take_and_resolve
from agent.commands.grammar import Parsed, did_you_mean, parse
from agent.commands.registry import VERBS
from agent.commands.verb import Reply, Said, Slot
from agent.desk import Desk
from agent.proposals import visible_proposal
from bot.access import Target, check
from bot.errors import UserError
from bot.messages import escape
from storage import people, tickets, undo_steps
from storage.people import Person, Team
from storage.tickets import Ticket

QUOTED = 3000  # characters of what was typed: Slack shows a refused slash command to nobody


async def run_line(desk: Desk, line: str, *, thread_ticket: Ticket | None = None) -> Reply:
    """Run a line that must be a command (after `/chargehand`, from a button or a form).

    Raises:
        UserError: it is none, or incomplete; names the nearest verbs or the missing part.
    """
    parsed = parse(line, VERBS, has_thread_ticket=thread_ticket is not None)
    if parsed is None:
        raise UserError(unknown(line))
    return await run(desk, parsed, thread_ticket=thread_ticket)


def unknown(line: str) -> str:
    """What to say to words that are no command; they are quoted, so that nothing typed is lost."""
    word = line.split(maxsplit=1)[0] if line.split() else ""
    quoted = line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
    hint = did_you_mean(word, VERBS)
    return f"I do not know “{escape(line[:60])}”. {hint} To report it as a problem: `report {escape(quoted)}`."


async def run(desk: Desk, parsed: Parsed, *, thread_ticket: Ticket | None = None) -> Reply:
    """Run a parsed command with the permission check that all surfaces share.

    Raises:
        UserError: something is missing or unknown; Refused: the asker may not, and who may.
    """
    verb = parsed.verb
    if parsed.problem:
        usage = f"{_sentence(parsed.problem)}. Usage: `{verb.usage}`, for example `{verb.example}`."
        raise UserError(escape(usage))
    ticket = await _ticket(desk, parsed, thread_ticket) if _is_about_ticket(parsed, thread_ticket) else None
    if ticket:
        if offers := await take_and_resolve.offer(desk, ticket, parsed):
            return offers
        await desk.check(verb.action, ticket, doing=f"{verb.name} {ticket.name}")
    else:
        check(desk.asker, verb.action, Target(), doing=verb.name)
    said = Said(
        ticket=ticket,
        people=await _people(desk, parsed.people),
        team=await _team(desk, parsed.text) if Slot.TEAM in verb.takes else None,
        status=parsed.status,
        priority=parsed.priority,
        version=parsed.version,
        text=await _text(desk, parsed),
        values=parsed.values,
        how=parsed.how,
        cover=await _person(desk, parsed.cover) if parsed.cover else None,
        other=await _visible(desk, parsed.other) if parsed.other else None,
        proposal=await visible_proposal(desk, parsed.proposal) if parsed.proposal else None,
    )
    if ticket and (asks := await stale.question(desk, ticket, parsed)):
        return asks
    reply = await verb.act(desk, said)
    if ticket and verb.can_be_undone:
        reply = await _with_undo(desk, ticket, reply)
    return replace(reply, is_private=True) if ticket and _is_overheard(desk, ticket) else reply


async def _with_undo(desk: Desk, ticket: Ticket, reply: Reply) -> Reply:
    """An answer that tells of a change has the button that takes it back."""
    step = await undo_steps.last_of_work(desk.tx, desk.key)
    if step is None or step.ticket_id != ticket.id:
        return reply
    buttons = (*reply.message.buttons, *await undo_button(desk, ticket, step.needs))
    return replace(reply, message=reply.message.model_copy(update={"buttons": buttons}))


def _is_about_ticket(parsed: Parsed, thread_ticket: Ticket | None) -> bool:
    """Whether the command is about one ticket; what may leave it out then means what the asker did last."""
    is_named = parsed.number is not None or thread_ticket is not None
    return Slot.TICKET in parsed.verb.takes or (Slot.LAST in parsed.verb.takes and is_named)


def _is_overheard(desk: Desk, ticket: Ticket) -> bool:
    """Whether an answer about a private ticket would be read by people outside its channel."""
    return ticket.is_private and (desk.place is None or desk.place.channel_id != ticket.channel_id)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


async def _ticket(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> Ticket:
    if parsed.number is None:
        if thread_ticket is None:
            raise UserError(f"Which ticket? For example `{parsed.verb.example}`.")
        return thread_ticket
    return await _visible(desk, parsed.number)


async def _visible(desk: Desk, number: int) -> Ticket:
    ticket = await tickets.by_number(desk.tx, desk.workspace_id, number)
    # A private ticket answers like one that does not exist: even its number is none of their business.
    if ticket is None or not await desk.sees(ticket):
        raise UserError(f"There is no CH-{number} that you can see. `list` shows what there is.")
    return ticket


async def _text(desk: Desk, parsed: Parsed) -> str:
    """A reason as a person reads it: Slack escapes what is typed, but not what stands in a form."""
    spoken = {Slot.REASON, Slot.STATUS, Slot.PRIORITY, Slot.WAIT, Slot.UNTIL, Slot.HANDOVER, Slot.NOTE}
    is_reason = not spoken.isdisjoint(parsed.verb.takes)
    return await desk.read_out(parsed.text) if is_reason and desk.is_typed else parsed.text


async def _people(desk: Desk, names: Sequence[str]) -> tuple[Person, ...]:
    """Each person once, however often and in which way they are named."""
    found = {person.id: person for person in [await _person(desk, name) for name in names]}
    return tuple(found.values())


async def _person(desk: Desk, name: str) -> Person:
    person = await people.by_slack_id(desk.tx, desk.workspace_id, name)
    if person is None and (named := await people.named(desk.tx, desk.workspace_id, name)):
        if len(named) > 1:
            raise UserError(f"There are several people called “{escape(name)}”; pick one from Slack's @ list.")
        person = named[0]
    if person is None:
        raise UserError(f"I do not know @{escape(name)}. Pick a person from Slack's @ list.")
    return person


async def _team(desk: Desk, name: str) -> Team:
    if team := await people.team_named(desk.tx, name):
        return team
    known = ", ".join(team.name for team in await people.teams(desk.tx))
    raise UserError(f"There is no team “{escape(name)}”. " + (f"Teams: {escape(known)}." if known else "No team yet."))
