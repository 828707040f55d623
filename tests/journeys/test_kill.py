"""Promise 1: an accepted event is never lost and never acted on twice, however often the bot is killed."""

from pathlib import Path

from bench.kill import campaign
from bench.verdict import Report, judge
from bot.sandbox.slack import SlackSandbox
from bot.slack.client import open_client
from storage.database import Database
from tests.team import settings_for


async def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    verdict = await campaign(tmp_path, kills=20, reports=200, channels=50, seed=22)
    assert str(verdict).endswith("\nlost 0 doubled 0"), verdict
    assert (verdict.kills, verdict.tickets, verdict.cards) == (20, 200, 200)
    assert verdict.calls_looked_up > 0, "no kill hit a call in the air"
    assert verdict.events_redelivered > 0, "no kill hit an event on its way"


async def test_the_verdict_sees_what_is_lost_and_what_is_doubled(
    slack: SlackSandbox, db: Database, tmp_path: Path
) -> None:
    ts = await slack.say("bob", "#ops", "@chargehand redis is down")
    card = {"event_type": "chargehand_effect", "event_payload": {"key": "card:1"}}
    async with open_client(settings_for(slack, tmp_path)) as client:
        for _ in range(2):
            await client.chat_postMessage(channel=slack.channel("#ops").id, text="CH-1", thread_ts=ts, metadata=card)
    async with db.read() as tx:
        verdict = await judge(tx, slack, [Report("#ops", ts, "redis is down")], kills=0, seconds=0)
    assert verdict.lost == ["no ticket for 'redis is down'"]
    assert verdict.doubled == ["2 x message with key card:1", f"2 x card in ('{slack.channel('#ops').id}', '{ts}')"]
