"""What nobody said is told with where it stands: in a comment on GitHub, by its name there."""

from datetime import timedelta

from agent.desk import Desk
from agent.proposals.sources import sources
from storage.proposals import Proposal
from storage.turns import ToolCall, Turn


async def test_what_a_comment_said_names_the_object_it_stands_on(desk: Desk) -> None:
    first = {"workspace_id": "T1", "number": 1, "created_at": desk.now}
    who = {"actor_id": desk.asker.person_id, "slack_id": "UANN"}
    turn = Turn(key="t", surface="mention", channel_id="C1", place={}, text="open one", **who, **first)
    desk.tx.add(turn)
    await desk.tx.flush()
    arguments = {"repository": "acme/shop", "title": "redis leaks", "text": "nobody knows"}
    proposal = Proposal(
        verb="use",
        arguments={"tool": "create_issue", "arguments": arguments},
        said="open an issue",
        needs="track",
        before={},
        after={},
        asker_id=desk.asker.person_id,
        expires_at=desk.now + timedelta(hours=1),
        turn_id=turn.id,
        ungrounded=["title", "text"],
        **first,
    )
    found = "1 comment on acme/shop#12:\n@mallory, 2026-03-02 09:00 UTC\n    redis leaks"
    use = {"call_id": "c", "step": 1, "model_call": 1, "effect_key": "e", "state": "done", "at": desk.now}
    asked = {"repository": "here", "number": 12, "from_line": 1}
    looked = ToolCall(workspace_id="T1", turn_id=turn.id, tool="comments", arguments=asked, result=found, **use)
    desk.tx.add_all([proposal, looked])
    await desk.tx.flush()
    assert await sources(desk, proposal) == {
        "title": "from a comment on acme/shop#12",
        "text": "found nowhere",
    }
