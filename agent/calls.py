"""A manager who was called on to claim an unassigned ticket reads what came of it, and the button goes."""

from agent.briefing import see
from agent.desk import Desk
from agent.notify import call_key, edit, headline, managers_of
from bot.messages import Message, moment
from storage import notices, outbox
from storage.tickets import Ticket


async def settle_calls(desk: Desk, ticket: Ticket, change: str) -> None:
    """Managers called on to claim it read what came of it, and their button goes.

    Args:
        change: in words, "claimed by @x".
    """
    text = f"{headline(ticket)} was {change} {moment(desk.now)}.{see(ticket)}"
    payload = Message(text=text).model_dump_json()
    for manager in await managers_of(desk, ticket):
        if not desk.may_see(manager.slack_id, ticket):
            continue
        await notices.drop(desk.tx, call_key(ticket, manager.id), reason=f"it was {change}")
        await edit(desk, ticket, call_key(ticket, manager.id), channel_id=manager.slack_id, payload=payload)


async def is_call(desk: Desk, ticket: Ticket, ts: str | None) -> bool:
    """Whether a message is the one that called on the asker to claim this ticket."""
    receipt = await outbox.receipt(desk.tx, call_key(ticket, desk.asker.person_id))
    return receipt is not None and receipt.ts == ts
