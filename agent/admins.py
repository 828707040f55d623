"""What those who run Chargehand are told: in the admin channel, or where none is set each admin directly."""

from agent import notify
from agent.desk import Desk
from bot.messages import Message
from storage import outbox, people


async def tell_admins(desk: Desk, text: str, *, key: str) -> None:
    """One line, once under its key."""
    await ask_admins(desk, Message(text=text), key=key)


async def ask_admins(desk: Desk, message: Message, *, key: str) -> None:
    """One message, maybe with buttons, once under its key."""
    where = [desk.settings.admin_channel] if desk.settings.admin_channel else []
    where = where or [admin.slack_id for admin in await people.admins(desk.tx)]
    payload = message.model_dump_json()
    for channel_id in where:
        row = notify.outgoing(
            desk,
            key=f"{key}:{channel_id}",
            kind="post",
            lane=f"admins:{channel_id}",
            channel_id=channel_id,
            payload=payload,
        )
        await outbox.add(desk.tx, row)
