"""What was found of a model counts for all processes, and a leak for a day."""

from datetime import UTC, datetime, timedelta

from bot.llm.marks import FRESH, Marks
from bot.settings.providers import Server
from storage.database import Database

LOCAL = Server(
    name="local",
    kind="openai_compatible",
    base_url="http://127.0.0.1:9",
    models={"small": "m", "main": "m", "large": "m"},
    rpm=1,
    tpm=1,
    concurrency=1,
)


async def test_a_leak_counts_for_a_day_and_for_all(db: Database) -> None:
    now, ticks = [datetime(2026, 3, 2, 12, tzinfo=UTC)], [0.0]
    one, other = (Marks(db, clock=lambda: now[0], ticks=lambda: ticks[0]) for _ in range(2))
    assert await other.mode(LOCAL, "m") == "native"
    await one.mark_leak("local", "m")
    assert await one.mode(LOCAL, "m") == "json_schema"
    ticks[0] += FRESH
    assert await other.mode(LOCAL, "m") == "json_schema"
    assert await other.mode(LOCAL, "another") == "native"
    now[0] += timedelta(hours=24)
    assert await other.mode(LOCAL, "m") == "native"


async def test_what_was_found_counts_unless_it_is_set(db: Database) -> None:
    marks = Marks(db)
    await marks.mark_leak("local", "m")
    await marks.mark_found("local", "m", "none")
    assert await Marks(db).mode(LOCAL, "m") == "none"
    await marks.mark_found("local", "m", "native")  # tried again, it calls tools
    assert await Marks(db).mode(LOCAL, "m") == "native"
