"""Runs a command, wherever it was said: look up what it names, ask for permission once, act."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from agent.commands import stale, take_and_resolve
from agent.commands.doing import doing
from agent.commands.doubtful import refuse_doubtful
from agent.commands.grammar import Parsed, did_you_mean, find_verb, leading_word, near_verbs, parse
from agent.commands.named import people_named, team_named, ticket_named
from agent.commands.reading import NAMED_TICKET, THIS
from agent.commands.registry import VERBS
from agent.commands.together import Step, one_after_another
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.forms.table import form_of
from agent.people.whom import NEAR, Ambiguous, person_named
from agent.proposals.proposal import visible_proposal
from agent.tickets.change import undo_button
from bot.access import LOOKS, Target, check
from bot.errors import Stray, Undecided, UserError
from bot.messages import Button, Message, cut, escape
from prompts.words import fixed, say
from storage import tickets, undo_steps
from storage.proposals import Proposal
from storage.tickets import Ticket

SURE = "sure"  # the button's action; its value is the line to run
ASKED_FROM = 4  # tickets in one command
LONGEST = 1900  # a button's value holds 2,000 characters
SHORT = 80  # characters of a line that is as quickly typed again
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


async def run_lines(desk: Desk, lines: Sequence[str], *, is_sure: bool = False) -> Reply:
    """Run each line; of several the answer quotes each.

    Raises:
        UserError: there is one line, and it is no command.
    """
    if len(lines) == 1:
        return await run_line(desk, lines[0], is_sure=is_sure)

    async def one(line: str, desk: Desk) -> Reply:
        return await run_line(desk, line, is_sure=is_sure)

    return await one_after_another(desk, [Step(partial(one, line), quote=line) for line in lines])


def unknown(line: str) -> str:
    """What to say to words that are no command; they are quoted, so that nothing typed is lost."""
    verb = find_verb(leading_word(line), VERBS)
    hint = _usage(verb) if verb else did_you_mean(leading_word(line), VERBS)
    text = fixed("I do not know “{line}”. {hint} To report it as a problem: `report {quoted}`.")
    return say(text, line=escape(line[:60]), hint=hint, quoted=escape(quoted(line)))


def _usage(verb: Verb) -> str:
    text = fixed("`{verb}` is used as `{usage}`, for example `{example}`.")
    return say(text, verb=verb.name, usage=escape(verb.usage), example=escape(verb.example))


def quoted(typed: str) -> str:
    """What was typed, as much of it as fits into an answer."""
    return cut(typed, QUOTED)


def not_known(line: str, thread_ticket: Ticket | None = None) -> Stray:
    """The same with a button for each of the nearest verbs, which runs the line as it was probably meant."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if thread_ticket and not NAMED_TICKET.match(rest):
        rest = f"{thread_ticket.name} {rest}".strip()  # a button in an answer to one person has no thread
    is_verb = find_verb(leading_word(line), VERBS) is not None  # its button would say the same again
    near = near_verbs(word, VERBS) if len(rest) <= LONGEST and not is_verb else []
    runs = [name for name in near if parse(f"{name} {rest}".strip(), VERBS)]
    return Stray(unknown(line), buttons=tuple(Button(label=name, action=name, value=rest) for name in runs))


async def run(desk: Desk, parsed: Parsed, *, thread_ticket: Ticket | None = None, is_sure: bool = False) -> Reply:
    """Run a parsed command with the permission check that all surfaces share, on each ticket that it names.

    Raises:
        UserError: something is missing or unknown; Refused: the asker may not, and who may.
    """
    if parsed.problem:
        raise _incomplete(parsed, thread_ticket)
    await refuse_doubtful(desk, parsed, thread_ticket)
    if len(parsed.tickets) < 2:
        try:
            return await _run_one(desk, parsed, thread_ticket)
        except Ambiguous as question:
            raise _which(parsed, thread_ticket, question) from question
    if len(parsed.tickets) >= ASKED_FROM and parsed.verb.action not in LOOKS and not is_sure:
        return _ask(parsed)
    ticket_id = thread_ticket.id if thread_ticket else None

    async def on(name: str, desk: Desk) -> Reply:
        ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None  # what failed before took it back
        version = name.partition("@")[2]
        return await _run_one(desk, replace(parsed, tickets=(name,), version=int(version) if version else None), ticket)

    return await one_after_another(desk, [Step(partial(on, name)) for name in parsed.tickets])


def _which(parsed: Parsed, thread_ticket: Ticket | None, question: Ambiguous) -> UserError:
    """The same with a button for each of these people, which runs the line with them in place of the name."""
    is_implied = not parsed.tickets and _is_about_ticket(parsed, thread_ticket)
    named = (THIS,) if is_implied else parsed.tickets  # a button in an answer to one person has no thread
    line = " ".join([*(thread_ticket.name if thread_ticket and one == THIS else one for one in named), parsed.words])
    name = re.compile(rf"@?{re.escape(question.typed)}(?![\w.-])", re.IGNORECASE)
    shown = question.people[:NEAR] if len(line) <= LONGEST else []
    buttons = (
        Button(
            label=f"@{one.name} ({one.email or one.slack_id})",
            action=parsed.verb.name,
            value=name.sub(f"<@{one.slack_id}>", line, count=1),
        )
        for one in shown
    )
    return Undecided(str(question), slot=question.slot, choices=question.choices, buttons=tuple(buttons))


def _ask(parsed: Parsed) -> Reply:
    """Many tickets at once: one question, with the list, before anything is done."""
    verb, names, count = parsed.verb.name, ", ".join(parsed.tickets), len(parsed.tickets)
    line = f"{parsed.called or verb} {' '.join(parsed.tickets)}: {parsed.words}".strip()
    if len(line) > LONGEST:
        text = fixed("These are {count} tickets and many words. Say it for fewer tickets at once.")
        raise UserError(say(text, count=count))
    text = say("`{verb}` these {count} tickets? {tickets}", verb=verb, count=count, tickets=escape(names))
    label = say("{verb} all {count}", verb=verb.capitalize(), count=count)
    button = Button(label=label, action=SURE, value=line)
    return Reply(message=Message(text=text, buttons=(button,)), is_private=True)


def _incomplete(parsed: Parsed, thread_ticket: Ticket | None) -> UserError:
    """What is missing, an example, and the form that asks for it, where there is one."""
    verb = parsed.verb
    text = fixed("{problem}. Usage: `{usage}`, for example `{example}`.")
    usage = say(text, problem=_sentence(parsed.problem), usage=verb.usage, example=verb.example)
    name = f"CH-{parsed.number}" if parsed.number else thread_ticket.name if thread_ticket else ""
    kind = form_of(verb.name) if name and parsed.missing is not Slot.TICKET and len(parsed.tickets) < 2 else None
    form = (Button(label=f"{say(kind.title, ticket=name)}…", action=f"form:{verb.name}", value=name),) if kind else ()
    lost = f"\n{say('What you wrote: {words}', words=quoted(parsed.line))}" if len(parsed.line) > SHORT else ""
    names_nothing = parsed.missing in {Slot.TICKET, Slot.PROPOSAL}  # as each button and form of ours does
    return (Stray if names_nothing else UserError)(escape(usage + lost), buttons=form)


async def _run_one(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> Reply:
    verb = parsed.verb
    ticket = await _ticket(desk, parsed, thread_ticket) if _is_about_ticket(parsed, thread_ticket) else None
    if ticket:
        if asks := await stale.question(desk, ticket, parsed):
            return asks
        if offers := await take_and_resolve.offer(desk, ticket, parsed):
            return offers
        await desk.check(verb.action, ticket, doing=doing(verb.name, ticket.name))
    else:
        check(desk.asker, verb.action, Target(), doing=doing(verb.name))
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
        other=await ticket_named(desk, parsed.other, thread_ticket) if parsed.other else None,
        proposal=await visible_proposal(desk, parsed.proposal) if parsed.proposal else None,
        cover=await person_named(desk, parsed.cover) if parsed.cover else None,
    )
    reply = await verb.act(desk, said)
    if ticket and verb.can_be_undone:
        reply = await _with_undo(desk, ticket, reply)
    return replace(reply, is_private=True) if await _is_secret(desk, ticket, said.proposal) else reply


async def _is_secret(desk: Desk, ticket: Ticket | None, proposal: Proposal | None) -> bool:
    """Whether those who read along where this was asked may not know of what the answer is about."""
    if proposal and proposal.hidden_in and (desk.place is None or desk.place.channel_id != proposal.hidden_in):
        return True
    if ticket is None and proposal and proposal.ticket_id:
        ticket = await tickets.get(desk.tx, proposal.ticket_id)
    return ticket is not None and _is_overheard(desk, ticket)


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
    takes = parsed.verb.takes
    return Slot.TICKET in takes or (Slot.LAST in takes and is_named) or bool(parsed.tickets)


def _is_overheard(desk: Desk, ticket: Ticket) -> bool:
    """Whether an answer about a private ticket would be read by people outside its channel."""
    return ticket.is_private and (desk.place is None or desk.place.channel_id != ticket.channel_id)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


async def _ticket(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> Ticket:
    if not parsed.tickets and thread_ticket is None:
        raise UserError(say("Which ticket? For example `{example}`.", example=parsed.verb.example))
    return await ticket_named(desk, parsed.tickets[0] if parsed.tickets else THIS, thread_ticket)


async def _text(desk: Desk, parsed: Parsed) -> str:
    """A reason as a person reads it: Slack escapes what is typed, but not what stands in a form."""
    spoken = {Slot.REASON, Slot.STATUS, Slot.PRIORITY, Slot.WAIT, Slot.UNTIL, Slot.HANDOVER, Slot.NOTE}
    is_reason = not spoken.isdisjoint(parsed.verb.takes)
    return await desk.read_typed(parsed.text) if is_reason else parsed.text
