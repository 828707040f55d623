"""What those who run Chargehand are told: in the admin channel, or where none is set each admin directly."""

from collections.abc import Callable

from agent.desk import Desk
from agent.language import of_place
from agent.notices import notify
from bot.messages import Message
from prompts.words import Phrase, speaking
from storage import outbox, people


async def tell_admins(desk: Desk, text: Phrase | str, *, key: str) -> None:
    """One line, once under its key."""
    await ask_admins(desk, lambda: Message(text=str(text)), key=key)


async def ask_admins(desk: Desk, compose: Callable[[], Message], *, key: str) -> None:
    """One message, maybe with buttons, once under its key; composed in the language of each who reads it."""
    for channel_id in await where_admins_are(desk):
        with speaking(await of_place(desk, channel_id)):
            payload = compose().model_dump_json()
        row = notify.outgoing(
            desk,
            key=f"{key}:{channel_id}",
            kind="post",
            lane=f"admins:{channel_id}",
            channel_id=channel_id,
            payload=payload,
        )
        await outbox.add(desk.tx, row)


async def where_admins_are(desk: Desk) -> list[str]:
    """The admin channel, else the Slack id of each admin."""
    if channel := desk.settings.admin_channel:
        return [channel]
    return [person.slack_id for person in await people.admins(desk.tx)]
