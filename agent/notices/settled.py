"""A message whose button was pressed becomes what came of it."""

from agent.desk import Desk
from agent.notices.notify import outgoing
from bot.messages import Message
from storage import outbox

OF_TURNS = "turn:"  # how the keys of the agent's answers begin, each of which may tell of several things


async def settle(desk: Desk, message: Message, *, about: str = "") -> None:
    """Put something else in the place of the message whose button was pressed, also where one person alone sees it.

    Args:
        about: what it is about, if the message may tell of more: then the rest stays.
    """
    place = desk.place
    assert place is not None  # a button was pressed somewhere
    if about and place.message_ts:
        message = await _beside_the_rest(desk, message, place.channel_id, place.message_ts, about)
    row = outgoing(
        desk,
        key=f"{desk.key}:settle",
        kind="edit" if place.message_ts else "replace",
        lane=f"edit:{place.channel_id}:{place.message_ts or desk.key}",
        channel_id=place.channel_id,
        payload=message.model_dump_json(),
    )
    row.target_ts, row.reply_url, row.user_id = place.message_ts or None, place.reply_url, desk.asker.slack_id
    await outbox.add(desk.tx, row)


async def _beside_the_rest(desk: Desk, message: Message, channel_id: str, ts: str, about: str) -> Message:
    """An answer of the agent with a line more and some buttons less; what tells of one thing alone gives way."""
    posted = await outbox.posted_at(desk.tx, channel_id, ts)
    words = await outbox.words_at(desk.tx, posted) if posted and posted.key.startswith(OF_TURNS) else None
    if not words:
        return message
    all_of_it = Message.model_validate_json(words)
    left = tuple(
        one for one in all_of_it.buttons if not ("reminders" in one.action and one.value.endswith(f" {about}"))
    )
    return all_of_it.model_copy(update={"buttons": left, "text": f"{all_of_it.text}\n_{message.text}_"})
