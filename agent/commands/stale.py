"""A button or form made before somebody else changed the same: says what changed and how it stands, and asks again."""

from datetime import timedelta

from agent.commands import claim
from agent.commands.doing import doing
from agent.commands.grammar import Parsed
from agent.commands.undo import listed
from agent.commands.verb import Reply
from agent.desk import Desk
from agent.duration import in_words
from agent.status_words import words
from bot.errors import Refused, Stray
from bot.messages import Button, Message, by_name, escape, link
from prompts.words import fixed, say
from storage import tickets, undo_steps
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

LONGEST = 1900  # a button's value holds 2,000 characters


async def question(desk: Desk, ticket: Ticket, parsed: Parsed) -> Reply | None:
    """What to say instead of overwriting what others did; None when nobody did.

    Raises:
        Refused: it has changed, and the asker may not do it. Stray: there is no such version yet.
    """
    if parsed.version is None or parsed.version == ticket.version:
        return None
    check_version(ticket, parsed.version)
    later = await undo_steps.after(desk.tx, ticket.id, parsed.version)
    fields = set(parsed.values or parsed.verb.changes)
    others = [step for step in later if step.who != desk.who and fields & step.before.keys()]
    if not others:
        return None
    text = f"{await _said(desk, ticket, parsed, others)} {await present(desk, ticket)}"
    verb, line = parsed.verb.name, f"{ticket.named_version}: {parsed.words}".strip()
    try:
        await desk.check(parsed.verb.action, ticket, doing=doing(verb, ticket.name))
    except Refused as refusal:
        raise Refused(f"{text} {say('Nothing was done.')}", denial=refusal.denial) from refusal
    text = f"{text} {say('Nothing was done; is it still to be done?')}"
    if len(line) > LONGEST:
        wrote = say("What you wrote: {words}", words=escape(parsed.words))
        return Reply(message=Message(text=f"{text}\n{wrote}"), is_private=True)
    again = Button(label=say("{verb} anyway", verb=verb.capitalize()), action=verb, value=line)
    return Reply(message=Message(text=text, buttons=(again,)), is_private=True)


def check_version(ticket: Ticket, version: int) -> None:
    """Refuse what was made from a version that the ticket has not reached.

    Raises:
        Stray: it is ahead of it.
    """
    if version > ticket.version:
        ahead = fixed("This was made from a version of {ticket} that I do not know. Nothing was done.")
        raise Stray(say(ahead, ticket=ticket.name))


async def _said(desk: Desk, ticket: Ticket, parsed: Parsed, others: list[UndoStep]) -> str:
    if parsed.verb is claim.VERB and (names := await _names(desk, ticket)):
        text, span = fixed("{ticket} was taken by {who} {span} ago."), _span(desk.now - others[-1].at)
        return say(text, ticket=ticket.name, who=names, span=span)
    return say("{ticket} has changed since this was opened: {changes}.", ticket=ticket.name, changes=listed(others))


async def present(desk: Desk, ticket: Ticket) -> str:
    """How it stands, and where to look."""
    names = await _names(desk, ticket)
    see = f" {link(ticket.permalink, say('See the report'))}." if ticket.permalink else ""
    if names:
        return say("It is {status} now, with {who}.", status=words(ticket.status), who=names) + see
    return say("It is {status} now, with nobody.", status=words(ticket.status)) + see


async def _names(desk: Desk, ticket: Ticket) -> str:
    return by_name(person.name for person in await tickets.assignees(desk.tx, ticket.id))


def _span(span: timedelta) -> str:
    seconds = max(1, int(span.total_seconds()))
    return f"{seconds} s" if seconds < 60 else in_words(span)
