"""Wherever a change was told of, what is said there follows when it is undone: in one answer of several, in other
threads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.sandbox.slack import SlackSandbox
from tests.clock import Clock, go_to
from tests.team import Bot, report, running, said, seed_teams, settings_for, slash

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


async def test_an_answer_about_several_says_which_one_was_undone(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "kafka is stuck")
    ts = await report(bot, "alice", "assign CH-1 CH-2 @carol @bob")
    answer = slack.thread("#ops", ts)[-1]
    assert answer.buttons == ["Undo CH-1", "Undo CH-2"]
    await slash(bot, "alice", "undo CH-2")
    now = slack.message("#ops", answer.ts)
    assert (now.plain, now.buttons) == (f"{answer.plain}\n_CH-2: undone by @alice_", ["Undo CH-1"])


async def test_its_buttons_go_after_ten_minutes(slack: SlackSandbox, tmp_path: Path) -> None:
    clock, settings = Clock(base=NOON), settings_for(slack, tmp_path)
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=clock) as bot:
        for problem in ("redis is down", "kafka is stuck"):
            await report(bot, "frank", problem)
        ts = await report(bot, "alice", "assign CH-1 CH-2 @carol @bob")
        answer = slack.thread("#ops", ts)[-1]
        await go_to(bot, clock, NOON + timedelta(minutes=11))
        now = slack.message("#ops", answer.ts)
        assert (now.plain, now.buttons) == (answer.plain, [])


async def test_the_thread_of_a_duplicate_hears_that_it_is_not_done_and_when_it_is(
    slack: SlackSandbox, bot: Bot
) -> None:
    await report(bot, "dave", "redis is down")
    second = await report(bot, "dave", "kafka lags behind redis")
    await slash(bot, "alice", "dup CH-2 of CH-1")
    await slash(bot, "alice", "resolve CH-1 failed over")
    assert said(slack.thread("#ops", second))[-1].endswith("which this is a duplicate of, was resolved: failed over.")
    await slash(bot, "alice", "undo CH-1")
    assert said(slack.thread("#ops", second))[-1] == (
        "CH-1, which this is a duplicate of, was resolved by @alice, undone by @alice."
    )
    before = len(said(slack.thread("#ops", second)))
    await slash(bot, "alice", "resolve CH-1 failed over again")
    assert said(slack.thread("#ops", second))[before:][0].endswith("was resolved: failed over again.")
