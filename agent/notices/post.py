"""One message outside of a ticket's thread: to a person directly, or in a channel."""

from datetime import datetime

from agent.desk import Desk
from agent.notices.notify import outgoing
from bot.messages import Message
from storage import outbox


async def post(desk: Desk, channel_id: str, message: Message, *, key: str, due_at: datetime | None = None) -> None:
    """Send it; a person's id stands for the direct message with them.

    Args:
        due_at: not before then.
    """
    payload = message.model_dump_json()
    row = outgoing(desk, key=key, kind="post", lane=f"dm:{channel_id}", channel_id=channel_id, payload=payload)
    row.due_at = due_at or desk.now
    await outbox.add(desk.tx, row)
