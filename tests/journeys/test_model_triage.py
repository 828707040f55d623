"""With a model the card says what the model read; without its answer the rules' card appears all the same."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, assignees, audit_of, last_change, quiet, report, running, said, seed_teams, settings_for

READING: dict[str, Any] = {
    "title": "Redis primary refuses writes",
    "summary": "Writes fail since noon.",
    "category": "incident",
    "priority": "high",
    "severity": "critical",
    "effort": "small",
    "component": "cache",
    "tags": ["redis"],
    "team": "Platform",
    "confidence": 0.9,
    "reasoning": "Writes fail for many.",
    "gives_orders": False,
}


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


@asynccontextmanager
async def with_model(slack: SlackSandbox, llm: LlmSandbox, path: Path, /, **changes: Any) -> AsyncIterator[Bot]:
    """A bot whose model is the sandbox's."""
    model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url}
    settings = settings_for(slack, path, **(model | changes))
    await seed_teams(settings, slack)
    async with running(slack, settings) as bot:
        yield bot


def card(slack: SlackSandbox, ts: str) -> str:
    return slack.thread("#ops", ts)[1].plain


async def test_the_models_reading_is_on_the_card(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    llm.answer(json=READING)
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is broken")
        ticket = await bot.ticket()
    assert card(slack, ts).startswith("*CH-1  Redis primary refuses writes*")
    assert "triaged by claude-haiku-5-5: Writes fail for many." in card(slack, ts)
    assert "`cache` `redis`" in card(slack, ts)
    elsewhere = {"team", "confidence", "reasoning", "gives_orders"}
    kept = {name: getattr(ticket, name) for name in READING if name not in elsewhere}
    assert kept == {name: READING[name] for name in kept}
    triage = (ticket.triage_source, ticket.triage_model, ticket.triage_confidence, ticket.triage_reasoning)
    assert triage == ("model", "claude-haiku-5-5", 0.9, "Writes fail for many.")


async def test_a_wrong_answer_is_asked_again_once_of_the_larger_model(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.answer(json=READING | {"priority": "urgent"}, times=1)
    llm.answer(json=READING)
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is broken")
    assert len(llm.requests) == 2
    assert "priority" in str(llm.requests[1]["messages"][-1]["content"])
    assert [request["model"] for request in llm.requests] == ["claude-haiku-5-5", "claude-sonnet-5-5"]
    assert "triaged by claude-sonnet-5-5" in card(slack, ts)


WRONG = {
    "a wrong enum": json.dumps(READING | {"category": "catastrophe"}),
    "a number as text": json.dumps(READING | {"confidence": "0.9"}),
    "false as text": json.dumps(READING | {"tags": "false", "component": False}),
    "an unknown team": json.dumps(READING | {"team": "Mallory"}),
    "a long title": json.dumps(READING | {"title": "x" * 81}),
    "a further key": json.dumps(READING | {"assignee": "U0DAVE"}),
    "a list": json.dumps([READING]),
    "no json": "It is probably redis.",
    "half an object": json.dumps(READING)[:60],
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG.keys())
async def test_two_wrong_answers_leave_it_to_the_rules(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, answer: str
) -> None:
    llm.answer(text=answer)
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is down")
        assert (await bot.ticket()).triage_source == "rules"
    assert len(llm.requests) == 2
    assert "triaged by rules (model gave no valid answer): " in card(slack, ts)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (429, "model rate limit (429)"),
        (500, "model failed (500)"),
        (529, "model is overloaded (529)"),
        (401, "model refused the key (401)"),
    ],
)
async def test_a_refusing_model_is_named_on_the_card(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, status: int, why: str
) -> None:
    llm.fail(status=status, retry_after=30)  # longer than anybody waits, so no other try is made
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is down")
    assert f"triaged by rules ({why}): " in card(slack, ts)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("truncate", "model answer was cut off"),
        ("leave_open", "model answer was cut off"),
        ("corrupt", "model answer was unreadable"),
        ("refuse", "model answer was a refusal"),
        ("drop", "model connection broke"),
    ],
)
async def test_a_broken_answer_is_named_on_the_card(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, fault: str, why: str
) -> None:
    getattr(llm, fault)(times=9)
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "redis is down")
        assert await assignees(bot) == ["bob"]
    assert f"triaged by rules ({why}): " in card(slack, ts)


async def test_a_silent_model_is_given_up_at_its_deadline(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    llm.stall()
    async with with_model(slack, llm, tmp_path, llm_deadline_seconds=1.0) as bot:
        began = time.monotonic()
        ts = await report(bot, "frank", "redis is down")
        took = time.monotonic() - began
        await llm.hung_up.wait()
    assert "triaged by rules (model timed out): " in card(slack, ts)
    assert took < 1.0 + 2


async def test_a_slow_model_improves_the_rules_card_in_place(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.answer(json=READING | {"team": "Payments", "priority": "critical"})
    llm.stall()
    async with with_model(slack, llm, tmp_path, llm_patience_seconds=0.1) as bot:
        ts = await slack.say("frank", "#ops", "@chargehand report redis is slow")
        await slack.until(lambda: len(slack.thread("#ops", ts)) > 1 and slack.dms("bob"))
        assert "triaged by rules (the model is slow; its reading may follow): " in card(slack, ts)
        llm.release()
        await quiet(bot)
        assert card(slack, ts).startswith("*CH-1  Redis primary refuses writes*")
        assert last_change(card(slack, ts)) == "the model's reading replaced the rules'"
        # Who was told that it is theirs keeps it, and is not told twice; the manager hears that it is critical now.
        assert await assignees(bot) == ["bob"]
        assert [len(said(slack.dms(who))) for who in ("bob", "alice", "dave", "erin")] == [1, 1, 0, 0]
        assert len(said(slack.thread("#ops", ts))) == 1
        assert [event.action for event in await audit_of(bot, await bot.ticket())].count("triage") == 2


async def test_a_slow_model_takes_nothing_from_who_claimed_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.answer(json=READING)
    llm.stall()
    async with with_model(slack, llm, tmp_path, admins=slack.user("erin").id) as bot:
        await slack.command("frank", "#general", "/chargehand", "report the page is blank")
        await slack.until(lambda: slack.ephemerals("frank"))
        await slack.command("erin", "#general", "/chargehand", "claim CH-1")
        await slack.until(lambda: slack.ephemerals("erin"))
        llm.release()
        await quiet(bot)
        assert await assignees(bot) == ["erin"]
        assert said(slack.dms("bob")) == []


async def test_a_team_that_the_model_is_not_sure_of_is_a_suggestion(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.answer(when="banner", json=READING | {"team": "Payments", "confidence": 0.4})
    llm.answer(json=READING | {"confidence": 0.4})
    async with with_model(slack, llm, tmp_path) as bot:
        ts = await report(bot, "frank", "report the cache is odd", channel="#general")
        assert await assignees(bot) == []
        asked = slack.thread("#general", ts)[1]
        assert "Which team: the model suggests Platform, but is not sure" in asked.plain
        assert "move" in asked.menus
        ts = await report(bot, "frank", "report the cache behaves badly")
        assert "Why this team: the channel's team" in card(slack, ts)
        ts = await report(bot, "frank", "report the banner looks odd")
        suggested = "Why this team: the channel's team; the model suggests Payments, but is not sure"
        assert [line for line in card(slack, ts).splitlines() if "Why this team" in line] == [suggested]
        llm.answer(json=READING | {"team": "Payments"})
        await report(bot, "frank", "report redis loses keys")
        assert (await bot.ticket(4)).team_source == "rule: keyword redis"  # a rule counts more than the model


async def test_what_is_private_goes_only_to_a_model_that_may_have_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    llm.answer(json=READING)
    far = {"kind": "anthropic", "base_url": llm.url, "api_key": "k", "private": "deny"}
    async with with_model(slack, llm, tmp_path, llm={"far": far}, llm_chain="far") as bot:
        await slack.dm("frank", "redis is down")
        await slack.until(lambda: slack.dms("frank"))
        await quiet(bot)
        assert (await bot.ticket()).triage_note == "no model may read what is private"
        assert llm.requests == []
        await report(bot, "frank", "redis is broken")
        assert (await bot.ticket(2)).triage_source == "model"
