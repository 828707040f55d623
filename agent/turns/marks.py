"""Reactions on what the asker has said: that it waits, or does no more."""

from agent.desk import Desk
from agent.notices.notify import outgoing
from storage import outbox

WAITS = "hourglass_flowing_sand"  # on what came in while a turn was running


async def mark(desk: Desk, channel_id: str, ts: str, emoji: str, *, is_gone: bool = False) -> None:
    """Set a reaction on a message, or take it off."""
    kind = "unreact" if is_gone else "react"
    row = outgoing(
        desk,
        key=f"{kind}:{channel_id}:{ts}:{emoji}",
        kind=kind,
        lane=f"react:{channel_id}:{ts}",
        channel_id=channel_id,
        payload=emoji,
    )
    row.target_ts = ts
    await outbox.add(desk.tx, row)
