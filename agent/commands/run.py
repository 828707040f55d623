"""Runs a command, wherever it was said: look up what it names, ask for permission once, act."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from agent.change import undo_button
from agent.commands import stale, take_and_resolve
from agent.commands.grammar import Parsed, did_you_mean, near_verbs, parse
from agent.commands.named import people_named, team_named, ticket_named
from agent.commands.reading import NAMED_TICKET, THIS
from agent.commands.registry import VERBS
from agent.commands.together import Step, one_after_another
from agent.commands.verb import Reply, Said, Slot
from agent.desk import Desk
from agent.proposals import visible_proposal
from agent.whom import person_named
from bot.access import Target, check
from bot.errors import UserError
from bot.messages import Button, Message, escape
from storage import tickets, undo_steps
from storage.tickets import Ticket

SURE = "sure"  # the button's action; its value is the line to run
ASKED_FROM = 4  # tickets in one command
LONGEST = 1900  # a button's value holds 2,000 characters
WITH_FORM = ("resolve", "close", "reopen", "release")  # of those that need a reason
QUOTED = 3000  # characters of what was typed: Slack shows a refused slash command to nobody


async def run_line(desk: Desk, line: str, *, thread_ticket: Ticket | None = None, is_sure: bool = False) -> Reply:
    """Run a line that must be a command (after `/chargehand`, from a button or a form).

    Args:
        is_sure: they were asked whether they mean all these tickets.

    Raises:
        UserError: it is none, or incomplete; names the nearest verbs or the missing part.
    """
    parsed = parse(line, VERBS, has_thread_ticket=thread_ticket is not None)
    if parsed is None:
        raise not_known(line, thread_ticket)
    return await run(desk, parsed, thread_ticket=thread_ticket, is_sure=is_sure)


async def run_lines(
    desk: Desk, lines: Sequence[str], *, thread_ticket: Ticket | None = None, is_sure: bool = False
) -> Reply:
    """Run each line; of several the answer quotes each.

    Raises:
        UserError: there is one line, and it is no command.
    """
    if len(lines) == 1:
        return await run_line(desk, lines[0], thread_ticket=thread_ticket, is_sure=is_sure)
    ticket_id = thread_ticket.id if thread_ticket else None

    async def anew(line: str, desk: Desk) -> Reply:
        ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None  # what failed before took it back
        return await run_line(desk, line, thread_ticket=ticket, is_sure=is_sure)

    return await one_after_another(desk, [Step(partial(anew, line), quote=line) for line in lines])


def unknown(line: str) -> str:
    """What to say to words that are no command; they are quoted, so that nothing typed is lost."""
    word = line.split(maxsplit=1)[0] if line.split() else ""
    quoted = line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
    hint = did_you_mean(word, VERBS)
    return f"I do not know “{escape(line[:60])}”. {hint} To report it as a problem: `report {escape(quoted)}`."


def not_known(line: str, thread_ticket: Ticket | None = None) -> UserError:
    """The same with a button for each of the nearest verbs, which runs the line as it was probably meant."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if thread_ticket and not NAMED_TICKET.match(rest):
        rest = f"{thread_ticket.name} {rest}".strip()  # a button in an answer to one person has no thread
    near = near_verbs(word, VERBS) if len(rest) <= LONGEST else []
    return UserError(unknown(line), buttons=tuple(Button(label=name, action=name, value=rest) for name in near))


async def run(desk: Desk, parsed: Parsed, *, thread_ticket: Ticket | None = None, is_sure: bool = False) -> Reply:
    """Run a parsed command with the permission check that all surfaces share, on each ticket that it names.

    Raises:
        UserError: something is missing or unknown; Refused: the asker may not, and who may.
    """
    if parsed.problem:
        raise _incomplete(parsed, thread_ticket)
    if len(parsed.tickets) < 2:
        return await _run_one(desk, parsed, thread_ticket)
    if len(parsed.tickets) >= ASKED_FROM and parsed.verb.action != "see" and not is_sure:
        return _ask(parsed)
    ticket_id = thread_ticket.id if thread_ticket else None

    async def on(name: str, desk: Desk) -> Reply:
        ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None  # what failed before took it back
        version = name.partition("@")[2]
        return await _run_one(desk, replace(parsed, tickets=(name,), version=int(version) if version else None), ticket)

    return await one_after_another(desk, [Step(partial(on, name)) for name in parsed.tickets])


def _ask(parsed: Parsed) -> Reply:
    """Many tickets at once: one question, with the list, before anything is done."""
    verb, names = parsed.verb.name, ", ".join(parsed.tickets)
    line = f"{verb} {' '.join(parsed.tickets)} {parsed.words}".strip()
    if len(line) > LONGEST:
        raise UserError(f"These are {len(parsed.tickets)} tickets and many words. Say it for fewer tickets at once.")
    text = f"`{verb}` these {len(parsed.tickets)} tickets? {escape(names)}"
    button = Button(label=f"{verb.capitalize()} all {len(parsed.tickets)}", action=SURE, value=line)
    return Reply(message=Message(text=text, buttons=(button,)), is_private=True)


def _incomplete(parsed: Parsed, thread_ticket: Ticket | None) -> UserError:
    """What is missing, an example, and the form that asks for it, where there is one."""
    verb = parsed.verb
    usage = f"{_sentence(parsed.problem)}. Usage: `{verb.usage}`, for example `{verb.example}`."
    name = f"CH-{parsed.number}" if parsed.number else thread_ticket.name if thread_ticket else ""
    has_form = name and parsed.missing is Slot.REASON and verb.name in WITH_FORM and len(parsed.tickets) < 2
    form = Button(label=f"{verb.name.capitalize()}…", action=f"form:{verb.name}", value=name)
    return UserError(escape(usage), buttons=(form,) if has_form else ())


async def _run_one(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> Reply:
    verb = parsed.verb
    ticket = await _ticket(desk, parsed, thread_ticket) if _is_about_ticket(parsed, thread_ticket) else None
    if ticket:
        if asks := await stale.question(desk, ticket, parsed):
            return asks
        if offers := await take_and_resolve.offer(desk, ticket, parsed):
            return offers
        await desk.check(verb.action, ticket, doing=f"{verb.name} {ticket.name}")
    else:
        check(desk.asker, verb.action, Target(), doing=verb.name)
    said = Said(
        ticket=ticket,
        people=await people_named(desk, parsed.people),
        team=await team_named(desk, parsed.text) if Slot.TEAM in verb.takes else None,
        status=parsed.status,
        priority=parsed.priority,
        version=parsed.version,
        text=await _text(desk, parsed),
        values=parsed.values,
        how=parsed.how,
        other=await ticket_named(desk, f"CH-{parsed.other}", None) if parsed.other else None,
        proposal=await visible_proposal(desk, parsed.proposal) if parsed.proposal else None,
        cover=await person_named(desk, parsed.cover) if parsed.cover else None,
    )
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
    is_named = bool(parsed.tickets) or thread_ticket is not None
    return Slot.TICKET in parsed.verb.takes or (Slot.LAST in parsed.verb.takes and is_named)


def _is_overheard(desk: Desk, ticket: Ticket) -> bool:
    """Whether an answer about a private ticket would be read by people outside its channel."""
    return ticket.is_private and (desk.place is None or desk.place.channel_id != ticket.channel_id)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


async def _ticket(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> Ticket:
    if not parsed.tickets and thread_ticket is None:
        raise UserError(f"Which ticket? For example `{parsed.verb.example}`.")
    return await ticket_named(desk, parsed.tickets[0] if parsed.tickets else THIS, thread_ticket)


async def _text(desk: Desk, parsed: Parsed) -> str:
    """A reason as a person reads it: Slack escapes what is typed, but not what stands in a form."""
    spoken = {Slot.REASON, Slot.STATUS, Slot.PRIORITY, Slot.WAIT, Slot.UNTIL, Slot.HANDOVER, Slot.NOTE}
    is_reason = not spoken.isdisjoint(parsed.verb.takes)
    return await desk.read_out(parsed.text) if is_reason and desk.is_typed else parsed.text
