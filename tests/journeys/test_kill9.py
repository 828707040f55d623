"""Promise 1: an accepted event is never lost and never acted on twice, however often the bot is killed."""

from pathlib import Path
from random import Random

import pytest

from bench.kill9 import Plan, campaign
from bench.people import People, Report
from bench.verdict import Verdict, judge
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.slack.client import open_client
from storage.database import Database
from tests.team import settings_for

KILLS = {"postgres": 3, "sqlite": 6}


@pytest.mark.parametrize("db", KILLS)
async def test_kills_lose_and_double_nothing(tmp_path: Path, db: str) -> None:
    figures, verdict = await campaign(Plan(kills=KILLS[db], seed=22, db=db), tmp_path)
    assert verdict.is_clean, f"{verdict}\n{(tmp_path / 'bot.log').read_text()[-4000:]}"
    assert figures.dead == []
    assert figures.ended_by_themselves == []
    assert figures.tickets > 0
    assert sum(figures.kills.values()) == KILLS[db]


async def test_the_verdict_sees_what_is_lost_and_what_is_doubled(
    slack: SlackSandbox, github: GitHubSandbox, db: Database, tmp_path: Path
) -> None:
    ts = await slack.say("bob", "#ops", "@chargehand redis is down")
    card = {"event_type": "chargehand_effect", "event_payload": {"key": "card:1"}}
    async with open_client(settings_for(slack, tmp_path)) as client:
        for _ in range(2):
            await client.chat_postMessage(channel=slack.channel("#ops").id, text="CH-1", thread_ts=ts, metadata=card)
    people = People(slack, github, places=1, chance=Random(1), reports=[Report("#ops", ts, "redis is down")])
    people.issues.append(("acme/shop", github.open_issue("alice", "acme/shop", title="checkout fails")))
    async with db.read() as tx:
        verdict = await judge(tx, people)
    assert verdict == Verdict(
        lost=["no ticket for 'redis is down'", "no comment on acme/shop#1"],
        doubled=["2 x message with key card:1", "2 x card of CH-1"],
        out_of_order=[],
        stuck=[],
    )
