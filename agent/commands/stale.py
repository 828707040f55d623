"""A button or form that was made before somebody else changed the same: says what changed, and asks again."""

from agent.card import words
from agent.commands.grammar import Parsed
from agent.commands.undo import listed
from agent.commands.verb import Reply
from agent.desk import Desk
from bot.messages import Button, Message, escape
from storage import undo_steps
from storage.tickets import Ticket

LONGEST = 1900  # a button's value holds 2,000 characters


async def question(desk: Desk, ticket: Ticket, parsed: Parsed) -> Reply | None:
    """What to ask instead of overwriting what others did; None when nobody did."""
    if parsed.version is None or parsed.version == ticket.version:
        return None
    later = await undo_steps.after(desk.tx, ticket.id, parsed.version)
    fields = set(parsed.values or parsed.verb.changes)
    others = [step for step in later if step.who != desk.who and fields & step.before.keys()]
    if not others:
        return None
    verb = parsed.verb.name
    text = (
        f"{ticket.name} has changed since this was opened: {listed(others)}."
        f" It is {words(ticket.status)} now. Nothing was done; is it still to be done?"
    )
    line = f"{ticket.named_version} {parsed.words}".strip()
    if len(line) > LONGEST:
        text += f"\nWhat you wrote: {escape(parsed.words)}"
    again = Button(label=f"{verb.capitalize()} anyway", action=verb, value=line)
    return Reply(message=Message(text=text, buttons=(again,) if len(line) <= LONGEST else ()), is_private=True)
