"""A ticket that nobody does anything with is brought up again: at most thrice, then once to managers, then no more."""

import re
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage import settings_kv
from storage.audit import AuditEvent
from storage.notices import Notice
from storage.people import Team
from tests.clock import NOON, Clock, go_to
from tests.journeys.test_sla import planned
from tests.team import DATABASES, Bot, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")
MONDAY = datetime.fromisoformat("2026-03-09T09:00+00:00")
MORNING = NOON - timedelta(hours=3)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=MORNING)


def nudges(slack: SlackSandbox, where: str = "#ops") -> list[str]:
    roots = [message.ts for message in slack.messages(where) if not message.is_reply]
    told = [text for ts in roots for text in said(slack.thread(where, ts))]
    return [text for text in told if "nobody has done anything" in text]


async def set_for_team(bot: Bot, name: str, key: str, value: str) -> None:
    [team_id] = await bot.rows(select(Team.id).where(Team.name == name))
    async with bot.ctx.db.write() as tx:
        await settings_kv.put(tx, f"team:{team_id}", key, value, workspace_id=bot.ctx.workspace_id)


@BOTH
async def test_a_silent_ticket_is_brought_up_thrice_then_once_to_managers(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    seen = []
    moments = (NOON + 61 * MINUTE, NOON + 301 * MINUTE, MONDAY + 181 * MINUTE, MONDAY + 421 * MINUTE)
    for moment in (*moments, MONDAY + timedelta(days=2)):
        await go_to(bot, clock, moment)
        managers = [text for text in said(slack.dms("alice")) if "and was nudged" in text]
        seen.append((len(nudges(slack)), len(managers)))
    assert seen == [(1, 0), (2, 0), (3, 0), (3, 1), (3, 1)]
    bob = slack.user("bob").id
    silence = r"nobody has done anything for 4 h( 1 min)? of business time\. "
    assert re.match(rf"<@{bob}> \*CH-1\* Kafka lags: {silence}", nudges(slack)[0])
    assert "Write here how it stands, or `snooze CH-1 tomorrow`." in nudges(slack)[0]
    assert not [key for key in await planned(bot) if key[0] == "stale"]


async def test_whatever_somebody_does_starts_the_silence_anew(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    root = await report(bot, "frank", "kafka lags")
    clock.set(NOON)
    await report(bot, "carol", "I saw that last week too", thread_ts=root)
    await go_to(bot, clock, NOON + 3.9 * HOUR)
    assert nudges(slack) == []
    await go_to(bot, clock, NOON + 4.1 * HOUR)
    assert len(nudges(slack)) == 1


async def test_whom_it_waits_for_is_nudged_and_nobody_where_it_waits_for_a_thing(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "kafka lags in Frankfurt")
    await slash(bot, "alice", "wait CH-1 on @dave the new certificate")
    await slash(bot, "alice", "wait CH-2 the vendor")
    await go_to(bot, clock, NOON + 61 * MINUTE)
    [only] = nudges(slack)
    assert only.startswith(f"<@{slack.user('dave').id}> *CH-1*")
    assert "It waits for you: the new certificate." in only


async def test_two_nudges_within_an_hour_are_joined(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    clock.set(MORNING + 10 * MINUTE)
    await report(bot, "frank", "kafka lags in Frankfurt")
    clock.set(MORNING + 20 * MINUTE)
    await report(bot, "frank", "kafka lags in Dublin")
    for name in ("CH-1", "CH-2", "CH-3"):
        await slash(bot, "alice", f"assign {name} @bob")
    await slash(bot, "bob", "comment CH-1 looking")
    clock.set(MORNING + 30 * MINUTE)
    await slash(bot, "bob", "comment CH-2 looking")
    await slash(bot, "bob", "comment CH-3 looking")
    await go_to(bot, clock, MORNING + 4.6 * HOUR)
    assert len(nudges(slack)) == 1
    held = {one.reason for one in await bot.rows(select(Notice).where(Notice.state == "held"))}
    assert held == {"there was a nudge within the hour"}
    await go_to(bot, clock, MORNING + 5.7 * HOUR)
    [joined] = [text for text in said(slack.dms("bob")) if "held back for you" in text]
    assert joined.count("nobody has done anything") == 2


async def test_a_team_has_no_nudges_or_other_ones(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await set_for_team(bot, "Platform", "nudge.every", "2h")
    await set_for_team(bot, "Payments", "nudge.on", "off")
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "checkout fails for some", channel="#payments")
    await go_to(bot, clock, NOON - 59 * MINUTE)
    assert len(nudges(slack)) == 1
    await go_to(bot, clock, NOON + 3 * HOUR)
    assert nudges(slack, "#payments") == []


async def test_a_ticket_is_escalated_at_once_and_not_twice_within_half_an_hour(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    assert (await slash(bot, "bob", "escalate CH-1 customers call in")) == (
        "CH-1 is escalated to its managers: customers call in"
    )
    assert said(slack.dms("alice"))[-1].startswith(
        "*CH-1* Kafka lags is escalated by @bob: customers call in. @bob has"
    )
    refused = await slash(bot, "carol", "escalate CH-1 again")
    assert refused.startswith("CH-1 was escalated ")
    assert (await slash(bot, "frank", "escalate CH-1 me too")).startswith("CH-1 was escalated ")
    await go_to(bot, clock, MORNING + 31 * MINUTE)
    assert "to its team's channel" in await slash(bot, "bob", "escalate CH-1 nobody answers")
    steps = [event.after["step"] for event in await bot.rows(select(AuditEvent).where(AuditEvent.action == "escalate"))]
    assert steps == ["managers", "channel"]
    before = len(said(slack.dms("alice")))
    await go_to(bot, clock, NOON - 30 * MINUTE)
    assert len([text for text in said(slack.dms("alice"))[before:] if "was to be acknowledged" in text]) == 0
