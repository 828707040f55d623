"""Which turns a `stop` means, who may stop them, and that they know at once: no job has to be waited for."""

from collections.abc import Sequence
from datetime import datetime

from bot.access import Target, can
from bot.events import Actor
from storage import live_turns, turns
from storage.database import Tx
from storage.turns import LIVE, Turn


async def meant(tx: Tx, *, channel_id: str, thread_ts: str | None, actor: Actor) -> list[Turn]:
    """The turns of a thread that have not ended; said in no thread, those that who says it waits for.

    Args:
        thread_ts: None for what begins a thread of its own.
    """
    if thread_ts:
        return await live_turns.live_in(tx, channel_id, thread_ts)
    return await live_turns.live_of(tx, actor.person_id)


def may_stop(actor: Actor, turn: Turn) -> bool:
    """Who asked, and responders."""
    return turn.actor_id == actor.person_id or can(actor, "track", Target())


async def named(tx: Tx, actor: Actor, number: int, *, channel_id: str) -> list[Turn]:
    """The turn of this number, as far as its request can be seen: it is their own, of this channel, or of a public
    one; else none."""
    turn = await turns.by_number(tx, actor.workspace_id, number)
    may_see = turn and (turn.actor_id == actor.person_id or turn.channel_id == channel_id or not turn.is_private)
    return [turn] if turn and may_see else []


async def halt(tx: Tx, found: Sequence[Turn], actor: Actor, *, at: datetime) -> list[Turn]:
    """Have those stop that this person may stop; which of them did not know it yet."""
    fresh = [turn for turn in found if turn.state in LIVE and may_stop(actor, turn) and turn.stop_at is None]
    await live_turns.ask_to_stop(tx, [turn.id for turn in fresh], by=actor.person_id, at=at)
    return fresh
