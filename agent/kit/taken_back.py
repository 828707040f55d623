"""Where what the agent did is taken back, that is proven too: by a receipt of its own, beside the first one."""

from agent.desk import Desk
from storage import receipts
from storage.receipts import Receipt
from storage.undo_steps import UndoStep

UNDO = "undo"  # its tool


async def keep_undone(desk: Desk, step: UndoStep, *, said: str) -> None:
    """What a turn did was taken back: that has a receipt of its own in the turn's trace; the first one stays as it is.

    Args:
        said: what was undone, in words.
    """
    of = await receipts.by_key(desk.tx, step.work_key)
    if of is None or of.turn_id is None:
        return
    desk.tx.add(
        Receipt(
            workspace_id=desk.workspace_id,
            key=desk.key,  # under which one that takes this back finds it
            kind=of.kind,
            channel_id=of.channel_id,
            ticket_id=of.ticket_id,
            at=desk.now,
            correlation_id=desk.correlation_id,
            external_id=of.external_id,
            url=of.url,
            number=await receipts.next_number(desk.tx, desk.workspace_id),
            turn_id=of.turn_id,
            tool=UNDO,
            actor_id=desk.asker.person_id,
            object_kind=of.object_kind,
            object_id=of.object_id,
            said=said,
            before=dict(step.after),
            after=dict(step.before),
        )
    )
    await desk.tx.flush()
