"""A button or form made before somebody else changed the same: says what changed and how it stands, and asks again."""

from datetime import timedelta

from agent.card import words
from agent.commands import claim
from agent.commands.grammar import Parsed
from agent.commands.undo import listed
from agent.commands.verb import Reply
from agent.desk import Desk
from agent.duration import in_words
from bot.access import can
from bot.messages import Button, Message, escape, link
from storage import tickets, undo_steps
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

LONGEST = 1900  # a button's value holds 2,000 characters


async def question(desk: Desk, ticket: Ticket, parsed: Parsed) -> Reply | None:
    """What to say instead of overwriting what others did; None when nobody did. Who may not do it is asked nothing."""
    if parsed.version is None or parsed.version == ticket.version:
        return None
    later = await undo_steps.after(desk.tx, ticket.id, parsed.version)
    fields = set(parsed.values or parsed.verb.changes)
    others = [step for step in later if step.who != desk.who and fields & step.before.keys()]
    if not others:
        return None
    text = f"{await _said(desk, ticket, parsed, others)} {await present(desk, ticket)} Nothing was done"
    verb, line = parsed.verb.name, f"{ticket.named_version} {parsed.words}".strip()
    if not can(desk.asker, parsed.verb.action, await desk.target(ticket)):
        return Reply(message=Message(text=f"{text}."), is_private=True)
    wrote = f"\nWhat you wrote: {escape(parsed.words)}" if len(line) > LONGEST else ""
    again = Button(label=f"{verb.capitalize()} anyway", action=verb, value=line)
    asked = Message(text=f"{text}; is it still to be done?{wrote}", buttons=() if wrote else (again,))
    return Reply(message=asked, is_private=True)


async def _said(desk: Desk, ticket: Ticket, parsed: Parsed, others: list[UndoStep]) -> str:
    if parsed.verb is claim.VERB and (names := await _names(desk, ticket)):
        return f"{ticket.name} was taken by {names} {_ago(desk.now - others[-1].at)}."
    return f"{ticket.name} has changed since this was opened: {listed(others)}."


async def present(desk: Desk, ticket: Ticket) -> str:
    """How it stands, and where to look."""
    names = await _names(desk, ticket)
    see = f" {link(ticket.permalink, 'See the report')}." if ticket.permalink else ""
    return f"It is {words(ticket.status)} now, {f'with {names}' if names else 'with nobody'}.{see}"


async def _names(desk: Desk, ticket: Ticket) -> str:
    return ", ".join(f"@{escape(person.name)}" for person in await tickets.assignees(desk.tx, ticket.id))


def _ago(span: timedelta) -> str:
    seconds = max(1, int(span.total_seconds()))
    return f"{f'{seconds} s' if seconds < 60 else in_words(span)} ago"
