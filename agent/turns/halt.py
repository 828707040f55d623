"""Which turns a `stop` means, who may stop them, and that they know at once: no job has to be waited for."""

from collections.abc import Sequence
from datetime import datetime

from bot.access import Target, can
from bot.events import Actor
from storage import live_turns
from storage.database import Tx
from storage.turns import Turn


async def meant(tx: Tx, *, channel_id: str, thread_ts: str | None, actor: Actor) -> list[Turn]:
    """The turns of a thread that have not ended; where there is none, those that who says it waits for."""
    here = await live_turns.live_in(tx, channel_id, thread_ts) if thread_ts else []
    return here or await live_turns.live_of(tx, actor.person_id)


def may_stop(actor: Actor, turn: Turn) -> bool:
    """Who asked, and responders."""
    return turn.actor_id == actor.person_id or can(actor, "track", Target())


async def halt(tx: Tx, found: Sequence[Turn], actor: Actor, *, at: datetime) -> list[Turn]:
    """Have those stop that this person may stop; which of them did not know it yet."""
    fresh = [turn for turn in found if may_stop(actor, turn) and turn.stop_at is None]
    await live_turns.ask_to_stop(tx, [turn.id for turn in fresh], by=actor.person_id, at=at)
    return fresh
