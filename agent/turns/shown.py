"""Which turn a message belongs to: the request, what was said meanwhile, its Stop button, its answer, what it asks."""

import re
from dataclasses import dataclass

from storage import live_turns, outbox, proposals, turns
from storage.database import Tx
from storage.turns import Turn

_ANSWER = re.compile(r"^turn:(\d+):.*:answer\d*$")
_AT_WORK = re.compile(r"^turn:(\d+):progress:")
_ASKED = re.compile(r"^proposal:(\d+):")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message of a turn; `is_answer`: it says what came of it."""

    turn: Turn
    is_answer: bool = False


def answer_key(turn: Turn) -> str:
    """How the keys of what answers a turn begin."""
    return f"turn:{turn.id}"


async def turn_at(tx: Tx, channel_id: str, ts: str) -> Shown | None:
    """The turn of the message that stands there; None: it belongs to none."""
    if begun := await turns.by_message(tx, channel_id, ts):
        return Shown(turn=begun)
    posted = await outbox.posted_at(tx, channel_id, ts)
    if posted and (found := _ANSWER.match(posted.key)):
        return Shown(turn=await turns.get(tx, int(found[1])), is_answer=True)
    if posted and (found := _AT_WORK.match(posted.key)):
        return Shown(turn=await turns.get(tx, int(found[1])))
    if posted and (found := _ASKED.match(posted.key)):
        proposal = await proposals.get(tx, int(found[1]))
        return Shown(turn=await turns.get(tx, proposal.turn_id)) if proposal.turn_id else None
    live = await live_turns.live_at(tx, channel_id)
    return next((Shown(turn=one) for one in live if ts in {said["ts"] for said in one.follow_ups}), None)
