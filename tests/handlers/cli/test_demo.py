"""`demo`: the page until Ctrl-C, or a story whose transcript is printed and whose expectations are kept."""

import asyncio
import re
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.handlers.cli.conftest import APP, ROOT, Outcome, app, ended, python, started
from tests.process import Script

HOURS_TO_MORNING = 23  # from one at 09:30 to the next
STORIES = sorted((ROOT / "stories").glob("*.yml"))


@cache
def played(name: str) -> Outcome:
    """What came of a story; each is played once for all tests."""
    strangers = {"CHARGEHAND_WEBHOOK_RATE": "1/minute"}  # not for the GitHub of the demo
    story = str(ROOT / "stories" / name)
    return app("demo", "--script", story, within=600, ANTHROPIC_API_KEY="sk-ant-not-used", **strangers)


async def test_the_demo_serves_its_page_until_ctrl_c() -> None:
    process = await started("demo", "--port", "0")
    first = (await process.stdout.readline()).decode()
    url = first.removeprefix("Chargehand's demo: ").split()[0]
    async with aiohttp.ClientSession() as session, session.get(url) as page:
        assert page.status == 200
        assert "<html" in await page.text()
    process.send_signal(signal.SIGINT)
    outcome = await ended(process)
    assert outcome.code == 0
    assert outcome.err == ""
    assert "rules; ANTHROPIC_API_KEY lets a model do it" in outcome.out


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_every_story_comes_out_as_told(story: Path) -> None:
    outcome = played(story.name)
    assert (outcome.code, outcome.err) == (0, "")


def test_the_transcript_is_what_everybody_saw() -> None:
    outcome = played("redis.yml")
    title, _, transcript = outcome.out.partition("\n\n")
    assert title == "Redis is down, and a second later somebody owns it"
    assert "#ops\n  frank: @chargehand redis is down, payments failing for everyone" in transcript
    for part in ("@bob, direct messages", "@alice, direct messages", "only frank sees", ":checkered_flag:"):
        assert part in transcript


def test_a_week_is_told_when_it_suits_each_of_three_people() -> None:
    _title, *told = played("week.yml").out.partition("\n\n")[0].splitlines()
    expected = (ROOT / "tests" / "data" / "week.txt").read_text().splitlines()
    assert [line.strip() for line in told if not line.startswith("  it is ")] == expected


def test_an_issue_outlives_a_kill() -> None:
    outcome = played("github.yml")
    told, _, transcript = outcome.out.partition("\n\n")
    expected = [
        r"issue opened by frank: acme/shop#1 redis is down, nobody can pay",
        r"delivery: 202 accepted, correlation id \w+",
        r"ticket CH-1: redis is down, nobody can pay \(critical, open\)",
        r"card in #ops: CH-1 redis is down, nobody can pay – critical, @bob, open",
        r"redelivery: 202 duplicate, correlation id \w+",
        r"kill -9: the bot, process \d+, is gone",
        r"delivery: 502 failed to connect to host",
        r"restart: the bot is back as process \d+, on the same database",
        r"nothing lost, nothing doubled: 3 issues with one card each, 1 report in Slack answered",
        r"outcomes 1 per message, doubled 0, lost 0",
    ]
    assert re.search("\n.*".join(f"  {line}" for line in expected), told, re.DOTALL), told
    assert "#payments\n  chargehand: *CH-" in transcript
    assert (outcome.code, outcome.err) == (0, "")


def test_what_is_lost_is_said() -> None:
    Path("lost.yml").write_text(
        """
title: The bot is not there
steps:
  - {kill: bot}
  - {as: frank, in: acme/shop, open: redis is down}
  - {as: frank, say: "@chargehand kafka is down"}
  - {lost: nothing}
"""
    )
    outcome = python(APP, "demo", "--script", "lost.yml", within=120)  # as a user starts it: its bot imports anew
    lost = "acme/shop#1 has 0 cards; nobody answered: @chargehand kafka is down"
    assert (outcome.code, outcome.err) == (1, f"lost.yml, step 4 (lost): {lost}\n")


def test_an_answer_other_than_told_ends_the_story() -> None:
    Path("wrong.yml").write_text(
        """
title: It is no duplicate
steps:
  - {as: frank, in: acme/shop, open: redis is down, call: outage}
  - {answered: [202, duplicate], to: outage}
"""
    )
    outcome = app("demo", "--script", "wrong.yml")
    assert outcome.code == 1
    assert "step 2 (answered): 202 duplicate was expected, it was delivery: 202 accepted" in outcome.err


def test_an_expectation_not_met_ends_with_1_and_says_which() -> None:
    Path("wrong.yml").write_text(
        """
title: It knows better
steps:
  - {as: frank, say: "@chargehand redis is down", call: report}
  - {expect: [CH-1, the moon], under: report}
"""
    )
    outcome = app("demo", "--script", "wrong.yml")
    assert outcome.code == 1
    assert outcome.err == "wrong.yml, step 2 (expect): Chargehand was expected to say 'CH-1 … the moon'\n"
    assert "frank: @chargehand redis is down" in outcome.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "story.yml: No such file or directory. Stories are in stories/."),
        ("steps: [", "story.yml is not YAML: "),
        ("- say: x", "story.yml: Input should be "),
        ("title: x\nsteps:\n- {as: bob, sya: hello}", "story.yml, step 1, sya: Extra inputs are not permitted"),
        ("title: x\nsteps:\n- {as: bob, say: a}\n- {as: bob, say: b, react: c}", "story.yml, step 2: has one of say, "),
        ("title: x\nsteps:\n- {say: hello}", "story.yml, step 1: says `as` whom"),
    ],
)
def test_a_file_that_is_no_story_is_one_line(text: str | None, said: str) -> None:
    if text:
        Path("story.yml").write_text(text)
    outcome = app("demo", "--script", "story.yml")
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith(said)
    assert len(outcome.err.splitlines()) == 1


def test_what_a_person_cannot_do_is_said() -> None:
    Path("story.yml").write_text('title: x\nsteps:\n- {as: bob, in: "#nowhere", say: hello}')
    outcome = app("demo", "--script", "story.yml", "--data", "kept")
    assert (outcome.code, outcome.err) == (1, "story.yml, step 1 (say): There is no channel #nowhere for bob.\n")
    assert Path("kept/chargehand.db").is_file()


async def test_a_demo_that_was_killed_goes_on_where_and_when_it_stopped() -> None:
    first, url = await shown("--data", "kept")
    await do(url, "say", {"as": "frank", "channel": "#ops", "text": "@chargehand redis is down"})
    await until(url, lambda texts: any(text.startswith("CH-1 ") for text in texts))
    await do(url, "clock", {"until": "next morning"})
    assert await do(url, "github/open", {"as": "frank", "repo": "acme/shop", "title": "kafka is down"}) == {"number": 1}
    await until(url, lambda texts: any(text.startswith("CH-2 ") for text in texts))
    first.kill()
    await ended(first)
    second, url = await shown("--data", "kept")
    [report, *_, issue] = sorted(float(message["ts"]) for message in await messages(url))
    assert issue - report > HOURS_TO_MORNING * 3600
    assert any(text.startswith("CH-1 Redis is down – high, @bob, open") for text in await read(url))
    await do(url, "say", {"as": "alice", "channel": "#ops", "text": "@chargehand resolve CH-1 rested"})
    await until(url, lambda texts: any(text.startswith("*CH-1 resolved* by @alice") for text in texts))
    await until(url, lambda texts: any(text.startswith("CH-1 Redis is down – high, @bob, resolved") for text in texts))
    await do(url, "github/close", {"as": "frank", "repo": "acme/shop", "number": 1})
    await until(url, lambda texts: any(text.startswith("CH-2 kafka is down") and "resolved" in text for text in texts))
    assert await do(url, "github/open", {"as": "carol", "repo": "acme/shop", "title": "dns is down"}) == {"number": 2}
    await until(url, lambda texts: any(text.startswith("CH-3 dns is down") for text in texts))
    second.send_signal(signal.SIGINT)
    outcome = await ended(second)
    assert outcome.code == 0
    assert not re.search('"level": "(error|critical)"', outcome.err), outcome.err


async def shown(*args: str) -> tuple[Script, str]:
    """A demo with its page up, and the page's address."""
    process = await started("demo", "--port", "0", *args)
    first = (await process.stdout.readline()).decode()
    return process, first.removeprefix("Chargehand's demo: ").split()[0]


async def do(url: str, deed: str, body: dict[str, Any]) -> dict[str, Any]:
    """Act on the page."""
    async with aiohttp.ClientSession(url) as session, session.post(f"/page/{deed}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def read(url: str) -> list[str]:
    """What stands in #ops."""
    return [message["text"] for message in await messages(url)]


async def messages(url: str) -> list[dict[str, Any]]:
    """All of #ops, oldest first."""
    async with aiohttp.ClientSession(url) as session, session.get("/page/state", params={"as": "alice"}) as answer:
        state = await answer.json()
    [ops] = [channel for channel in state["channels"] if channel["name"] == "ops"]
    return list(ops["messages"])


async def until(url: str, is_there: Callable[[list[str]], bool]) -> None:
    """Look again at every change of the page until it shows what is expected."""
    async with asyncio.timeout(60), aiohttp.ClientSession(url) as session, session.get("/page/events") as changes:
        async for _ in changes.content:
            if is_there(await read(url)):
                return
