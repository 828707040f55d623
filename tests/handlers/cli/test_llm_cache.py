"""`llm cache …`: whoever runs Chargehand sees how many answers are kept, and can have them forgotten."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import llm_cache
from storage.database import open_database
from tests.handlers.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("newest")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def keep() -> None:
    async with open_database(Path("data/chargehand.db")) as db, db.write() as tx:
        for number in range(3):
            for purpose in ("triage", "review"):
                key = f"{purpose} {number}"
                await llm_cache.put(tx, "T1", key, purpose=purpose, model="m", answer={}, now=NOON)


@pytest.fixture
def answers(run: Run) -> None:
    """Three for each of two purposes, which the person who gave one of them may want to be forgotten."""
    run("team", "add", "Platform")
    run("person", "add", "--slack-id", "U0BOB", "--name", "bob", "--team", "Platform", "--role", "manager")
    asyncio.run(keep())


@pytest.mark.usefixtures("answers")
def test_answers_are_counted_and_forgotten_all_or_of_one_purpose(run: Run) -> None:
    shown = json.loads(run("llm", "cache", "show", "--json").out)
    assert shown[0] == {"purpose": "review", "answers": "3", "at most": "10000", "days": "7"}
    assert [row["purpose"] for row in shown] == ["review", "triage"]
    assert run("llm", "cache", "clear", "--purpose", "review").out == "3 answers forgotten.\n"
    assert json.loads(run("llm", "cache", "clear", "--json").out) == ["3 answers forgotten."]
    assert run("llm", "cache", "show").out == "No answer is kept.\n"


@pytest.mark.usefixtures("answers")
def test_they_go_with_the_words_of_a_person(run: Run) -> None:
    assert run("audit", "forget", "bob", "--reason", "they asked for it").code == 0
    assert run("llm", "cache", "show").out == "No answer is kept.\n"
