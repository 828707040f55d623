"""Whose words count as an answer, and where."""

from dataclasses import replace

import pytest

from agent.desk import Desk
from agent.questions.answers import take
from bot.events import Place
from storage.questions import Question
from storage.turns import Turn
from tests.agent.conftest import NOW

ASKED = {"step": 1, "model_call": 1, "call_id": "c1", "created_at": NOW, "due_at": NOW}
HERE, ALONE = {"channel_id": "C1", "thread_ts": "10.1"}, {"channel_id": "D1", "thread_ts": None}


@pytest.mark.parametrize(
    ("asked", "place", "counts"),
    [
        (HERE, Place(channel_id="C1", thread_ts="10.1", message_ts="10.2"), True),
        (HERE, Place(channel_id="C1", thread_ts="11.1", message_ts="11.2"), False),
        (HERE, Place(channel_id="C2", thread_ts="10.1", message_ts="10.2"), False),
        (HERE, Place(channel_id="C1", thread_ts="10.1", message_ts="10.1"), False),
        (HERE | {"key": ""}, Place(channel_id="C1", thread_ts="10.1", message_ts="10.2"), False),
        (HERE | {"state": "expired"}, Place(channel_id="C1", thread_ts="10.1", message_ts="10.2"), False),
        (ALONE, Place(channel_id="D1", message_ts="10.2", is_dm=True), True),
        (ALONE, Place(channel_id="D1", thread_ts="10.1", message_ts="10.2", is_dm=True), True),
        (ALONE | {"channel_id": "UANN"}, Place(channel_id="D1", message_ts="10.2", is_dm=True), True),
    ],
    ids=["in the thread", "in another", "elsewhere", "above it", "not asked yet", "over", "alone", "below it", "by /"],
)
@pytest.mark.parametrize("slack_id", ["UANN", "UBO"])
async def test_an_answer_is_said_by_who_is_asked_where_they_are(
    desk: Desk, asked: dict[str, str | None], place: Place, counts: bool, slack_id: str
) -> None:
    who = {"actor_id": desk.asker.person_id, "slack_id": slack_id, "surface": "mention", "place": {}}
    turn = Turn(workspace_id="T1", number=1, key="t", channel_id="C1", text="x", created_at=NOW, state="waiting", **who)
    desk.tx.add(turn)
    await desk.tx.flush()
    row = Question(workspace_id="T1", turn_id=turn.id, slot="time", text="When?", **({"key": "k"} | ASKED | asked))
    desk.tx.add(row)
    await desk.tx.flush()
    is_theirs = counts and slack_id == "UANN"
    assert await take(replace(desk, place=place), "tomorrow at 9") is is_theirs
    assert row.answer == ("tomorrow at 9" if is_theirs else "")
