"""What reminds has a button Why: rule, clock and hours of just that one, from the record, for who may know of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.clock import NOON, Clock, go_to
from tests.forging import press_forged
from tests.team import DATABASES, Bot, quiet, report, running, said, seed_teams, settings_for, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
MORNING = NOON - timedelta(hours=3)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURS = "Hours that count: `Mon-Fri 09:00-18:00`, UTC."


@pytest.fixture
def clock() -> Clock:
    return Clock(base=MORNING)


@pytest.fixture
async def bot(slack: SlackSandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    settings = settings_for(slack, tmp_path, admins=slack.user("frank").id, digest_time="off")
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=clock) as team:
        yield team


async def why(slack: SlackSandbox, bot: Bot, who: str, *, has: str) -> list[str]:
    """Press Why on somebody's newest direct message with these words; what they read then, without when."""
    asked = next(one for one in reversed(slack.dms(who)) if has in one.plain)
    seen = len(slack.ephemerals(who))
    await slack.click(who, "@chargehand", asked.ts, "Why")
    await slack.until(lambda: slack.ephemerals(who)[seen:])
    await quiet(bot)
    return slack.ephemerals(who)[-1].plain.partition("UTC>")[2].splitlines()


@BOTH
async def test_a_warning_and_a_breach_name_their_clock(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await go_to(bot, clock, MORNING + 46 * MINUTE)
    first, step, target, *rest = await why(slack, bot, "bob", has="is to be acknowledged")
    assert first == ": *CH-1* Kafka lags, since high: acknowledge within 1h (business)."
    assert step == "It was the warning that the deadline comes near."
    assert target.startswith("Target: ack within 1h, business time in UTC, counted from ")
    assert rest == [HOURS, "You were told then: nothing spoke against it."]
    await go_to(bot, clock, MORNING + 61 * MINUTE)
    assert "It said that the deadline has passed." in await why(slack, bot, "bob", has="was to be acknowledged")
    assert (await why(slack, bot, "bob", has="is to be acknowledged"))[:2] == [first, step], "each means its own"


async def test_a_nudge_in_a_thread_answers_whoever_may_see_the_ticket(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    root = await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    await go_to(bot, clock, MORNING + 4 * HOUR + 2 * MINUTE)
    nudged = slack.thread("#ops", root)[-1]
    assert nudged.buttons == ["Why"]
    for who, told in (("bob", ["You were told then: nothing spoke against it."]), ("carol", [])):
        await slack.click(who, "#ops", nudged.ts, "Why")
        await quiet(bot)
        first, *rest = slack.ephemerals(who)[-1].plain.partition("UTC>")[2].splitlines()
        assert first == ": *CH-1* Kafka lags, since high: nobody does anything for 4 h of business time."
        assert rest == [HOURS, *told]


async def test_what_one_asked_for_oneself_and_for_others(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "remind me to look in 2h")
    await slash(bot, "bob", "remind @carol every weekday at 10:00 to stretch")
    await go_to(bot, clock, MORNING + 121 * MINUTE)
    [own] = await why(slack, bot, "bob", has="Reminder: look")
    assert own.startswith(": @bob asked for it ")
    assert own.endswith(", by the clock of UTC.")
    first, told = await why(slack, bot, "carol", has="to remind you: stretch")
    assert "@bob asked for it " in first
    assert ", for “every weekday at 10:00” by the clock of UTC." in first
    assert told == "You were told then: nothing spoke against it."


async def test_nobody_else_learns_of_it(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    root = await report(bot, "alice", "kafka lags", channel="#secret")
    open_root = await report(bot, "frank", "redis lags")
    await slash(bot, "bob", "remind me to look for another job in 2h")
    await go_to(bot, clock, MORNING + 4 * HOUR + 2 * MINUTE)
    values = [
        control["value"]
        for one in slack.thread("#secret", root)
        for control in one.controls
        if control["action_id"] == "why"
    ]
    values += [
        control["value"] for one in slack.dms("bob") for control in one.controls if control["action_id"] == "why"
    ]
    reminders = [value for value in values if value.startswith("reminded")]
    assert len(reminders) >= 2
    card = slack.thread("#ops", open_root)[1].ts
    await slash(bot, "dave", "me")
    for value in reminders:
        answer = await press_forged(slack, bot, "dave", card, "why", value)
        assert "another job" not in answer
        assert "CH-1" not in answer
    assert said(slack.ephemerals("dave"))[-1].startswith("There is no such reminder that you can see.")


async def test_the_end_of_a_snooze_and_the_last_one_by_words(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    await slash(bot, "bob", "snooze CH-1 2h the bank calls")
    await go_to(bot, clock, MORNING + 121 * MINUTE)
    first, hours, told = await why(slack, bot, "bob", has="is back")
    assert first == ": *CH-1* Kafka lags, since you snoozed it: the bank calls."
    assert (hours, told) == (HOURS, "You were told then: nothing spoke against it.")
    assert (await slash(bot, "bob", "why reminded CH-1")).partition("UTC>")[2].splitlines()[0] == first
    assert "the bank calls" not in await slash(bot, "carol", "why reminded CH-1")
