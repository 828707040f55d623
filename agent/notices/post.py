"""One message outside of a ticket's thread: to a person directly, in a channel, or where somebody asked something."""

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


async def say_where_asked(desk: Desk, message: Message, *, key: str) -> str:
    """Say something more where the asker of this desk asked: in the thread, or directly where only they read it.

    Returns:
        The channel that it goes to.
    """
    place = desk.place
    channel_id = desk.asker.slack_id if place is None or place.reply_url else place.channel_id
    thread_ts = place.thread_ts if place and not place.reply_url else None
    row = outgoing(
        desk,
        key=key,
        kind="post",
        lane=f"thread:{channel_id}:{thread_ts}",
        channel_id=channel_id,
        payload=message.model_dump_json(),
    )
    row.thread_ts = thread_ts
    await outbox.add(desk.tx, row)
    return channel_id
