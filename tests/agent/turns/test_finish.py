"""What is off for want of a model is told once a day, as its asker counts days."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.desk import Desk
from agent.turns.answer import NO_MODEL
from agent.turns.begin import kept
from agent.turns.finish import has_heard
from storage import people

NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # in New York the evening before


@pytest.mark.parametrize(
    ("zone", "told_at", "is_heard"),
    [
        ("", datetime(2026, 3, 2, 0, 30, tzinfo=UTC), True),
        ("", datetime(2026, 3, 1, 20, 0, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 3, 1, 20, 0, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 3, 1, 4, 0, tzinfo=UTC), False),
    ],
)
async def test_a_day_is_the_askers(desk: Desk, zone: str, told_at: datetime, *, is_heard: bool) -> None:
    assert desk.place
    (await people.get(desk.tx, desk.asker.person_id)).zone = zone
    first, second = [await kept(desk, desk.place, "why?", key=f"turn:{number}") for number in (1, 2)]
    first.note, first.ended_at = NO_MODEL, told_at
    await desk.tx.flush()
    assert await has_heard(replace(desk, now=NIGHT), second) is is_heard
