"""A turn that is given up says what it did, what may have happened, and what becomes of what it did not read."""

from dataclasses import asdict

from sqlmodel import select

from agent.desk import Desk
from agent.turns.fail import fail
from storage.outbox import Outgoing
from storage.turns import ToolCall, Turn
from tests.agent.conftest import NOW
from tests.agent.turns.test_begin import at, keep

MAYBE = "It may have happened: look at <https://x/1|acme/shop#1> first."


async def test_what_may_have_happened_is_said_and_what_was_not_read_comes_next(desk: Desk) -> None:
    place = asdict(at(desk, "20.1").place)  # type: ignore[arg-type] # it has one
    turn = await keep(desk, 1, state="running", follow_ups=[{"text": "who is away?", "place": place, "ts": "20.1"}])
    use = {"step": 1, "model_call": 1, "call_id": "1", "tool": "comment_github", "arguments": {}, "effect_key": "k"}
    said = {"state": "uncertain", "result": "maybe", "shown": {"text": MAYBE}, "at": NOW}
    desk.tx.add(ToolCall(workspace_id="T1", turn_id=turn.id, **use, **said))
    await desk.tx.flush()
    await fail(desk, turn, name="failed")
    [sorry] = [row.payload for row in await desk.tx.exec(select(Outgoing)) if row.key == f"turn:{turn.id}:failed"]
    assert MAYBE in sorry
    assert "Nothing was changed" not in sorry
    assert "is worked on next" in sorry
    [_, unread] = await desk.tx.exec(select(Turn).order_by(Turn.number))
    assert (turn.state, unread.state, unread.text) == ("failed", "queued", "who is away?")
