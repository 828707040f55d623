"""In a channel that is muted, or that rests, nothing is said that nobody asked for; people are told all the same."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.notices import Notice
from storage.reminders import Reminder
from tests.clock import NOON, Clock, go_to
from tests.journeys.test_nudges import MINUTE, MORNING, nudges
from tests.team import DATABASES, Bot, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")


@pytest.fixture
def clock() -> Clock:
    return Clock(base=MORNING)


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """#ops is Platform's."""
    await slash(bot, "alice", "channel team Platform")
    return bot


@BOTH
async def test_who_should_do_something_is_reminded_alone(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    await slash(bot, "alice", "channel mute")
    await go_to(bot, clock, NOON + 61 * MINUTE)
    assert nudges(slack) == []
    [told] = [text for text in said(slack.dms("bob")) if "nobody has done anything" in text]
    assert told.startswith("*CH-1* Kafka lags: nobody has done anything for 4 h")
    assert [one.sort for one in await select_all(bot, Notice) if one.state == "told" and one.sort == "nudge"] == [
        "nudge"
    ]
    await slash(bot, "alice", "channel unmute")
    await go_to(bot, clock, NOON + 301 * MINUTE)
    assert len(nudges(slack)) == 1


@pytest.mark.parametrize("how", ["muted", "archived"])
async def test_a_missed_deadline_is_told_to_people_alone(slack: SlackSandbox, bot: Bot, clock: Clock, how: str) -> None:
    await report(bot, "frank", "redis is down for all customers")
    before = len(slack.messages("#ops"))
    if how == "muted":
        await slash(bot, "alice", "channel mute")
    else:
        slack.archive("#ops")
        await quiet(bot)
    for minutes in (16, 31, 46, 76):
        await go_to(bot, clock, MORNING + minutes * MINUTE)
    assert len(slack.messages("#ops")) == before
    assert any("was to be acknowledged" in text for text in said(slack.dms("alice")))
    dropped = [one.reason for one in await select_all(bot, Reminder) if one.step == "channel" and one.kind == "ack"]
    assert dropped == ["its channel is muted, or rests"]
