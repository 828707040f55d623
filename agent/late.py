"""What was said while Chargehand was away: heard with the delay said; what would change something is asked for anew."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from agent.commands import stop
from agent.commands.grammar import Parsed, command_lines, parse
from agent.commands.named import thread_ticket
from agent.commands.reading import THIS
from agent.commands.registry import VERBS
from agent.commands.run import run_line
from agent.commands.verb import Slot
from agent.conversation import hear, refuse_outsiders
from agent.desk import Desk
from agent.questions.answers import take
from agent.reply import Reply, text_reply
from agent.turns.begin import LONGEST_LINE, STILL
from agent.turns.control import control_word, says
from agent.turns.rules import goes_on
from bot.access import LOOKS
from bot.errors import Refused, UserError
from bot.messages import Button, Message, escape, moment
from prompts.words import say
from storage.tickets import Ticket

STALE = timedelta(minutes=15)
CHANGES_A_TICKET = {Slot.TICKET, Slot.LAST}


async def hear_late(desk: Desk, text: str, *, sent_at: datetime, is_restored: bool = False) -> Reply | None:
    """Hear it like any message, except for what changes a ticket and is older than a quarter of an hour.

    Args:
        is_restored: it was heard in a time that a restore took back, and may well have been answered then.

    Raises:
        UserError: what to tell the person instead, with the delay.
    """
    delay = say("Sent {at} while I was away.", at=moment(sent_at))
    if control_word(text) == "stop" or says("cancel", text):
        await _stop(replace(desk, is_late=True), text)
        return None
    try:
        await refuse_outsiders(desk)
        is_late = desk.now - sent_at > STALE
        if is_late and (line := await _changes(desk, text)):
            return _ask(line, delay)
        reply = await hear(replace(desk, is_late=is_late, delay="" if is_restored else delay), text)
        if is_restored or reply is None:
            return reply
    except Refused as refusal:
        raise Refused(f"{delay} {refusal}", denial=refusal.denial) from refusal
    except UserError as refusal:
        raise UserError(f"{delay} {refusal}", buttons=refusal.buttons) from refusal
    said = reply.message.model_copy(update={"text": f"{delay} {reply.message.text}"})
    return replace(reply, message=said, seen_in=None, shown_by=None)


async def _stop(desk: Desk, text: str) -> None:
    """Honoured without a word: what it was said of has mostly ended since, and nobody waits for an answer any more."""
    with suppress(UserError):
        await refuse_outsiders(desk)
        if control_word(text) == "stop":
            await run_line(desk, stop.VERB.name)
        else:
            await take(desk, text)


async def _changes(desk: Desk, text: str) -> str | None:
    """The command line, when it is one that changes a ticket or sets a reminder; with the ticket's name, since a button
    has no thread."""
    if goes_on(text):
        return None  # the grammar would take it for a reminder alone
    ticket = await thread_ticket(desk)
    lines = command_lines(text, VERBS, has_thread_ticket=ticket is not None)
    read = [parse(line, VERBS, has_thread_ticket=ticket is not None) for line in lines]
    if not any(_is_change(parsed) for parsed in read):
        return None
    return "\n".join(
        _named(line, parsed, ticket) if parsed and ticket and _is_change(parsed) else line
        for line, parsed in zip(lines, read, strict=True)
    )


def _is_change(parsed: Parsed | None) -> bool:
    if parsed is None or parsed.problem or parsed.verb.action in LOOKS:
        return False
    return not {Slot.REMIND, *CHANGES_A_TICKET}.isdisjoint(parsed.verb.takes)


def _named(line: str, parsed: Parsed, ticket: Ticket) -> str:
    """The command with the ticket of its thread."""
    is_named = parsed.tickets and THIS not in parsed.tickets
    if is_named or CHANGES_A_TICKET.isdisjoint(parsed.verb.takes):
        return line
    verb, _, rest = line.strip().partition(" ")
    return f"{verb} {ticket.name} {parsed.words if parsed.tickets else rest}".strip()


def _ask(line: str, delay: str) -> Reply:
    if len(line) > LONGEST_LINE:
        return text_reply(f"{delay} {say('It may be out of date by now: say it again if it still holds.')}")
    button = Button(label=say("Still do it?"), action=STILL, value=line)
    doubt = say("It may be out of date by now: {line}", line=escape(line))
    return Reply(message=Message(text=f"{delay} {doubt}", buttons=(button,)))


def settled(reply: Reply) -> Reply:
    """The button was pressed: what came of it takes the place of the question."""
    return replace(reply, settles=True)
