"""What its asker said while a turn ran, and it did not read, becomes a turn of its own when that one ends."""

from dataclasses import replace

from agent.desk import Desk
from agent.notices import notify
from agent.reply import Reply
from agent.turns.begin import refused, store
from agent.turns.marks import WAITS, mark
from agent.turns.meanwhile import OF_ITS_OWN
from agent.turns.resting import resting, rests_until
from bot.errors import UserError
from bot.events import Place
from bot.messages import Message
from storage.turns import Turn


async def hand_on(desk: Desk, turn: Turn, *, is_stopped: bool) -> None:
    """Each as a request like any other, with the limits of its thread, unless all was stopped; nothing waits any more.

    Args:
        desk: of who asked.
    """
    left = []
    for one in turn.follow_ups:
        place = Place(**one["place"])
        await mark(desk, place.channel_id, one["ts"], WAITS, is_gone=True)
        is_handed_on = "step" not in one and not one.get("is_edit") and not is_stopped
        if is_handed_on:
            await _begin(replace(desk, place=place), turn, place, one["text"], key=f"turn:{turn.id}:{one['ts']}")
        left.append(one | ({"step": OF_ITS_OWN, "call": 0} if is_handed_on else {}))  # a turn that waits ends once more
    turn.follow_ups = left


async def _begin(desk: Desk, turn: Turn, place: Place, text: str, *, key: str) -> None:
    try:
        until = await rests_until(desk, place, ends=turn.id)
        reply = await resting(desk, place, until) if until else None
    except UserError as full:
        reply = Reply(message=Message(text=str(full)), is_private=True)
    if reply is None:
        await store(desk, place, text, key=key, surface=turn.surface)
        return
    await refused(desk, place, text, reply.message.text, key=key, surface=turn.surface)
    if not reply.is_shown:
        await notify.answer(replace(desk, key=key), reply.message, is_private=True, name="refused")
