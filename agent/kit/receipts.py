"""The proof of what the agent did for somebody: R-1, made with the effect and never changed."""

from agent.desk import Desk
from agent.kit.deed import Deed, in_words
from agent.kit.use import ASKED, DONE, Use
from storage import receipts
from storage.receipts import Receipt
from storage.turns import ToolCall, Turn

OWN = "command"  # the kind of a receipt for a change of our own records


async def keep_receipt(
    desk: Desk, turn: Turn, *, tool: str, key: str, did: Deed, approver_id: int | None = None
) -> Receipt:
    """Store what was done in the transaction that did it."""
    receipt = Receipt(
        workspace_id=desk.workspace_id,
        key=key,
        kind=OWN,
        channel_id=turn.channel_id,
        ticket_id=did.ticket_id,
        at=desk.now,
        correlation_id=desk.correlation_id,
        external_id=did.object_id,
        url=did.url,
        number=await receipts.next_number(desk.tx, desk.workspace_id),
        turn_id=turn.id,
        tool=tool,
        actor_id=desk.asker.person_id,
        approver_id=approver_id,
        object_kind=did.object_kind,
        object_id=did.object_id,
        said=did.words,
        before=did.before,
        after=did.after,
    )
    desk.tx.add(receipt)
    await desk.tx.flush()
    return receipt


async def done_by(desk: Desk, use: Use, did: Deed, *, tool: str) -> ToolCall:
    """What a use has done, with its proof; `tool` is the one that it came to."""
    text = await in_words(desk, did)
    shown = did.shown.model_dump(mode="json")
    if not did.is_done:
        return use.row(ASKED, f"Nothing was changed. {text}", at=desk.now, shown=shown)
    receipt = await keep_receipt(desk, use.turn, tool=tool, key=use.effect_key, did=did)
    return use.row(DONE, f"{receipt.name}: {text}", at=desk.now, shown=shown, receipt_id=receipt.id)
