"""One message outside of a ticket's thread: to a person directly, in a channel, or where somebody asked something."""

from datetime import datetime

from agent.desk import Desk
from agent.notices.notify import outgoing
from bot.messages import Message, TextFile
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
    await say_in(desk, channel_id, thread_ts, message, key=key)
    return channel_id


async def say_in(desk: Desk, channel_id: str, thread_ts: str | None, message: Message, *, key: str) -> None:
    """Say something in a thread, or at the end of a channel."""
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


async def attach_where_asked(desk: Desk, file: TextFile, *, key: str) -> None:
    """Show a text as a file where the asker of this desk asked, below what was said there before."""
    place = desk.place
    is_direct = place is None or bool(place.reply_url)
    channel_id = desk.asker.slack_id if place is None or is_direct else place.channel_id
    thread_ts = None if place is None or is_direct else place.thread_ts
    lane = f"thread:{channel_id}:{thread_ts}"
    payload = file.model_dump_json()
    row = outgoing(desk, key=key, kind=outbox.UPLOAD, lane=lane, channel_id=channel_id, payload=payload)
    row.thread_ts = thread_ts
    await outbox.add(desk.tx, row)
