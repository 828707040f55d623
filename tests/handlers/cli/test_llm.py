"""`llm check` says what is off and which setting helps, or what each model can do, and remembers it for `serve`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.llm.marks import Marks
from bot.llm.trial import NOTE
from storage import migrate
from storage.database import open_database
from tests.bot.llm.standin import Standin
from tests.handlers.cli.conftest import Run

TOOL = {NOTE.name: {"word": "red"}}
COLOUR = '{"colour": "red"}'


def local(there: Standin, **more: str) -> dict[str, str]:
    one = {"KIND": "openai_compatible", "BASE_URL": f"{there.url}/v1", "MODEL_MAIN": "m", "API_KEY": "hush-1"} | more
    return {"CHARGEHAND_LLM_CHAIN": "local"} | {f"CHARGEHAND_LLM__LOCAL__{name}": value for name, value in one.items()}


async def checked(run: Run, *, code: int = 0, **settings: str) -> list[dict[str, Any]]:
    outcome = await asyncio.to_thread(run, "llm", "check", "--json", **settings)
    assert outcome.code == code, outcome
    found: list[dict[str, Any]] = json.loads(outcome.out)
    return found


def test_without_a_model_it_says_what_is_off_and_what_helps(run: Run) -> None:
    outcome = run("llm", "check")
    assert outcome.code == 0
    assert "rules triage" in outcome.out
    assert "set ANTHROPIC_API_KEY=" in outcome.out
    assert "CHARGEHAND_LLM__LOCAL__BASE_URL=http://127.0.0.1:8080/v1" in outcome.out


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ([{"calls": TOOL}, {"text": COLOUR}], "native"),
        ([{"text": '{"name": "note", "arguments": {"word": "red"}}'}, {"text": COLOUR}], "json_schema"),
        ([{"text": "red"}, {"text": "It is red."}], "none"),
    ],
)
async def test_what_a_model_can_do_is_found_and_remembered(run: Run, said: list[dict[str, Any]], mode: str) -> None:
    await asyncio.to_thread(migrate.upgrade, Path("data/chargehand.db"))
    async with Standin.start() as there:
        for answer in said:
            there.says(**answer)
        [found] = await checked(run, **local(there))
        assert (found["model"], found["roles"], found["is_listed"]) == ("m", ["small", "main", "large"], True)
        assert (found["asked_by"], found["problem"], found["tokens"]) == (mode, "", 80)
        assert len(there.requests) == 2
    async with open_database(Path("data/chargehand.db")) as db:
        marks = Marks(db)
        await marks.read()
        assert marks._known["llm.tools:local:m"] == mode


async def test_both_kinds_are_tried_and_people_read_a_table(run: Run) -> None:
    async with Standin.start() as there, Standin.start() as far:
        for one in (there, far):
            one.says(calls=TOOL)
            one.says(COLOUR)
        far.fails(400)
        chain = local(there) | {
            "CHARGEHAND_LLM_CHAIN": "anthropic,local",
            "ANTHROPIC_API_KEY": "sk-ant-hush",
            "ANTHROPIC_BASE_URL": far.url,
            "CHARGEHAND_LLM__LOCAL__TOOLS": "none",
        }
        outcome = await asyncio.to_thread(run, "llm", "check", **chain)
    assert outcome.code == 0, outcome
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "anthropic anthropic claude-haiku-5-5 small no yes yes native 80" in lines
    assert "local openai_compatible m small, main, large yes yes yes none 80" in lines
    assert "→ m: CHARGEHAND_LLM__LOCAL__TOOLS=none is set, found was native" in lines
    assert "hush" not in outcome.out


async def test_a_server_that_is_gone_is_a_problem_with_its_settings(run: Run) -> None:
    async with Standin.start() as gone:
        settings = local(gone)
    outcome = await asyncio.to_thread(run, "llm", "check", **settings)
    assert outcome.code == 1
    assert "→ m: model is unreachable; check CHARGEHAND_LLM__LOCAL__BASE_URL" in outcome.out


async def test_doctor_reaches_each_provider_and_names_a_leak(run: Run) -> None:
    await asyncio.to_thread(migrate.upgrade, Path("data/chargehand.db"))
    async with open_database(Path("data/chargehand.db")) as db:
        await Marks(db).mark_leak("local", "m")
    async with Standin.start() as there:
        there.models = ("m:latest",)
        outcome = await asyncio.to_thread(run, "doctor", "--json", **local(there))
        assert there.requests == []
    found = [one for one in json.loads(outcome.out)["findings"] if one["what"] == "model"]
    assert [(one["state"], one["says"].partition(";")[0]) for one in found] == [
        ("ok", "answers, lists m"),
        ("warn", "m wrote a call as text"),
    ]
