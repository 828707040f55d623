"""Of what was asked elsewhere in a channel only what everybody there could read, and is about the same, is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import update

from agent.desk import Desk
from agent.memory.elsewhere import alike, asked_elsewhere
from agent.memory.pieces import Voices
from agent.turns.texts import DELETED
from storage.turns import Turn
from tests.agent.conftest import NOW

FENCE = "5f0c81e2ab37"
NAMES = {"UANN": "ann", "UBO": "bo"}
REQUEST = "why does the checkout crash on mobile?"
SAME = "the mobile checkout crashes again, <@UBO> knows"


async def turn(desk: Desk, number: int, text: str, **changes: Any) -> Turn:
    values: dict[str, Any] = {
        "workspace_id": "T1",
        "number": number,
        "key": f"k{number}",
        "actor_id": desk.asker.person_id,
        "slack_id": "UANN",
        "surface": "mention",
        "channel_id": "C1",
        "thread_ts": f"{number}.1",
        "place": {},
        "text": text,
        "state": "done",
        "outcome": "answer",
        "fence": FENCE,
        "created_at": NOW - timedelta(days=1),
    }
    row = Turn(**(values | changes))
    desk.tx.add(row)
    await desk.tx.flush()
    return row


@pytest.mark.parametrize(
    ("request_", "others", "found"),
    [
        (REQUEST, {1: "checkout crashes on mobile", 2: "redis is down", 3: "mobile checkout crash"}, [3, 1]),
        (REQUEST, {1: "the crash"}, []),
        ("", {1: "redis is down"}, []),
        ("was ist mit dem Login-Problem?", {1: "Login-Problem seit heute"}, [1]),
        (REQUEST, dict.fromkeys(range(1, 9), SAME), [8, 7, 6]),
        (REQUEST, {1: "checkout crash " + " ".join(f"word{number}" for number in range(50))}, [1]),
    ],
    ids=["by words", "one word", "none", "another language", "the newest", "a long one"],
)
def test_a_subject_is_known_by_its_words(request_: str, others: dict[int, str], found: list[int]) -> None:
    assert alike(request_, others.items()) == found


async def test_what_everybody_there_could_read_is_data(desk: Desk) -> None:
    await turn(desk, 1, SAME)
    mine = await turn(desk, 2, REQUEST, created_at=NOW)
    [told] = await asked_elsewhere(desk, mine, REQUEST, Voices(names=NAMES))
    assert told == (
        f'<data-{FENCE} source="asked in another thread of this place, T-1, 2026-03-01 09:00 UTC, answer"'
        f' author="@ann" trust="member">\nthe mobile checkout crashes again, @bo knows\n</data-{FENCE}>'
    )
    [told] = await asked_elsewhere(desk, mine, REQUEST, Voices(names=NAMES, outsiders=frozenset({"UANN"})))
    assert 'trust="outside"' in told


@pytest.mark.parametrize(
    "changes",
    [
        {"channel_id": "C2"},
        {"thread_ts": "10.1"},
        {"surface": "slash"},
        {"place": {DELETED: True}},
        {"text": ""},
        {"created_at": NOW - timedelta(days=15)},
    ],
    ids=["another channel", "this thread", "for its asker alone", "deleted", "its words are not kept", "long ago"],
)
async def test_all_else_is_not_told(desk: Desk, changes: dict[str, Any]) -> None:
    other = await turn(desk, 1, SAME)
    mine = await turn(desk, 2, REQUEST, created_at=NOW, thread_ts="10.1")
    assert await asked_elsewhere(desk, mine, REQUEST, Voices(names=NAMES))
    await desk.tx.exec(update(Turn).where(Turn.id == other.id).values(**changes))
    assert await asked_elsewhere(desk, mine, REQUEST, Voices(names=NAMES)) == ()
