"""An open Home tab follows what others do, not too often and not for long; what Slack refuses is tried again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage.homes import Home
from storage.outbox import Outgoing
from tests.journeys.test_home import opened, pressed, shown
from tests.team import DATABASES, Bot, quiet, report, slash
from tests.waiting import until

BOTH = pytest.mark.parametrize("engine", DATABASES)
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
APART = timedelta(seconds=5)


@dataclass
class Clock:
    """Time that stands still until it is set: five seconds are more than a busy machine may need for three commands."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def set(self, moment: datetime) -> None:
        self.now = moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


def published(slack: SlackSandbox) -> int:
    return len([call for call in slack.calls("views.publish") if call.answer and call.answer["ok"]])


@BOTH
async def test_what_others_do_is_shown_within_seconds_and_at_once_only_to_who_did_it(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "redis is down")
    page = await opened(slack, bot, "alice")
    assert "• @bob: 1\n• @carol: 0" in page
    before = published(slack)
    await slash(bot, "bob", "start CH-1")
    await slash(bot, "bob", "priority CH-1 low")
    await slash(bot, "alice", "assign CH-1 @carol")
    assert published(slack) == before, "one within five seconds is enough"
    clock.set(MORNING + APART)
    await slack.until(lambda: published(slack) == before + 1)
    await quiet(bot)
    assert "• @carol: 1\n• @bob: 0" in shown(slack, "alice")
    assert published(slack) == before + 1


async def test_nothing_is_published_that_shows_what_is_there(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await opened(slack, bot, "erin")
    before = published(slack)
    await report(bot, "frank", "redis is down")
    clock.set(MORNING + APART)
    await quiet(bot)
    await slash(bot, "bob", "start CH-1")
    clock.set(MORNING + 2 * APART)
    await quiet(bot)
    assert published(slack) == before, "it is another team's"


async def test_who_opened_it_long_ago_is_left_alone(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await opened(slack, bot, "alice")
    before = published(slack)
    clock.set(MORNING + timedelta(minutes=16))
    await report(bot, "frank", "redis is down")
    clock.set(MORNING + timedelta(minutes=17))
    await quiet(bot)
    assert published(slack) == before
    assert "• @bob: 1" in await opened(slack, bot, "alice")


async def test_what_slack_refuses_is_tried_again_with_the_newest(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "redis is down")
    slack.fail(method="views.publish", error="ratelimited", status=429, retry_after=30)
    await slack.open_home("bob")
    await slack.until(lambda: slack.calls("views.publish"))
    for moment, command in enumerate(("start CH-1", "snooze CH-1 tomorrow"), 1):
        answers = len(slack.ephemerals("bob"))
        await slack.command("bob", "#ops", "/chargehand", command)
        await slack.until(lambda before=answers: len(slack.ephemerals("bob")) > before)
        clock.set(MORNING + moment * APART)
        await until(partial(none_waits, bot))
    clock.set(MORNING + timedelta(seconds=31))
    await quiet(bot)
    assert "in progress" in shown(slack, "bob")
    assert "snoozed until" in shown(slack, "bob")
    assert published(slack) == 1
    rows = [row for row in await bot.rows(select(Outgoing)) if row.kind == "publish"]
    assert [row.state for row in rows] == ["sent"]


async def none_waits(bot: Bot) -> bool:
    """Whether every page that is wanted by now is in the outbox."""
    return not await bot.rows(select(Home.id).where(col(Home.due_at) <= bot.ctx.clock()))


async def test_an_answer_is_news_for_ten_minutes(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await opened(slack, bot, "bob")
    page = await pressed(slack, bot, "bob", "Leave the rotation")
    assert "off the rotation; no ticket is chosen for you" in page
    page = await pressed(slack, bot, "bob", "Help")
    assert page.index("commands") < page.index("off the rotation; no ticket"), "the newest answer stands first"
    clock.set(MORNING + timedelta(minutes=11))
    assert "off the rotation; no ticket" not in await opened(slack, bot, "bob")
