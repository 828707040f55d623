"""What somebody asks to be reminded of comes at its minute, once, to them, to another person, a thread or a channel."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage.alarms import Alarm
from storage.reminders import Reminder, ReminderSend
from tests.clock import Clock, go_to
from tests.journeys.test_forms import held
from tests.team import DATABASES, Bot, quiet, report, running, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(timezone="Europe/Berlin", digest_time="off")
FRIDAY = datetime(2026, 3, 27, 16, 59, tzinfo=UTC)  # 17:59 in Berlin; the clocks go forward on Sunday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """A moment of 2026 by Berlin's clocks, which are two hours ahead of UTC from 29 March on."""
    is_summer = (month, day) >= (3, 29)
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - (2 if is_summer else 1) * HOUR


async def sends(bot: Bot) -> list[ReminderSend]:
    return await bot.rows(select(ReminderSend).order_by(col(ReminderSend.id)))


@BOTH
async def test_it_comes_at_its_minute_and_can_be_put_off(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    assert await slash(bot, "bob", "remind me to call <Acme> & co on monday at 5") == (
        "I remind you on *Mon 2026-03-30 at 17:00* (Europe/Berlin, in 2 days 22 h; 17:00, as it is the next within your"
        " hours): call &lt;Acme&gt; &amp; co."
    )
    await go_to(bot, clock, berlin(30, 16, 59))
    assert slack.dms("bob") == []
    await go_to(bot, clock, berlin(30, 17) + MINUTE)
    [message] = slack.dms("bob")
    assert message.plain == "Reminder: call &lt;Acme&gt; &amp; co"
    assert len(await sends(bot)) == 1
    await slack.click("bob", "@chargehand", message.ts, "1 h")
    await quiet(bot)
    assert slack.dms("bob")[0].plain.startswith("Put off: “call &lt;Acme&gt; &amp; co” comes again on *Mon 2026-03-30")
    await go_to(bot, clock, berlin(30, 18, 3))
    again = slack.dms("bob")[-1]
    assert again.plain == "Reminder: call &lt;Acme&gt; &amp; co"
    await slack.click("bob", "@chargehand", again.ts, "Done")
    await quiet(bot)
    assert slack.dms("bob")[-1].plain == "Done by @bob: “call &lt;Acme&gt; &amp; co”."
    assert [one.state for one in await bot.rows(select(Alarm))] == ["over"]


@BOTH
async def test_nine_o_clock_stays_nine_o_clock_and_a_restart_loses_nothing(
    slack: SlackSandbox, settings: Settings, clock: Clock
) -> None:
    async with running(slack, settings, clock=clock) as bot:
        answer = await slash(bot, "bob", "remind me every day at 9:00 to water the plants")
        assert "first on *Sat 2026-03-28 at 09:00*" in answer
        assert ", then *Sun 2026-03-29 at 09:00*" in answer
        await go_to(bot, clock, berlin(28, 9, 1))
    clock.set(berlin(29, 8, 59))
    async with running(slack, settings, clock=clock) as bot, running(slack, settings, clock=clock):
        await go_to(bot, clock, berlin(29, 8, 59))
        assert len(slack.dms("bob")) == 1
        await go_to(bot, clock, berlin(29, 9, 1))
        fired = [send.fire_at for send in await sends(bot)]
        assert fired == [berlin(28, 9), berlin(29, 9)]
        assert fired[1] - fired[0] == 23 * HOUR
    clock.set(berlin(2, 12, month=4))
    async with running(slack, settings, clock=clock) as bot:  # four days were missed: they are one message
        await go_to(bot, clock, berlin(2, 12, month=4))
        *_, late = said(slack.dms("bob"))
        assert late.startswith("(Late: this was due <!date^")
        assert "It came 3 more times since.) Reminder: water the plants" in late
        assert len(slack.dms("bob")) == 3
        await slack.click("bob", "@chargehand", slack.dms("bob")[-1].ts, "Stop series")
        await quiet(bot)
        await go_to(bot, clock, berlin(4, 12, month=4))
        assert len(slack.dms("bob")) == 3
        assert "comes no more" in said(slack.dms("bob"))[-1]


async def test_working_days_leave_out_holidays_and_absence(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "holiday add 2026-03-30 Fair")
    answer = await slash(bot, "bob", "remind me every working day at 10 to stand up 3 times")
    assert "first on *Tue 2026-03-31 at 10:00*" in answer
    await go_to(bot, clock, berlin(31, 10, 1))
    assert said(slack.dms("bob")) == ["Reminder: stand up"]
    await slash(bot, "bob", "away 2026-04-02")
    await go_to(bot, clock, berlin(1, 10, 1, month=4))
    assert len(slack.dms("bob")) == 1
    await go_to(bot, clock, berlin(2, 10, 1, month=4))
    assert len(slack.dms("bob")) == 2
    assert await slash(bot, "bob", "reminders") == "Nothing is planned for you."


async def test_what_may_be_two_days_is_asked_with_buttons(slack: SlackSandbox, bot: Bot) -> None:
    assert await slash(bot, "bob", "remind me to file taxes 01/04 at 9") == "“01/04” may be two days. Which one?"
    assert await bot.rows(select(Alarm)) == []
    await slack.click_ephemeral("bob", "Mon 4 January 2027")
    await quiet(bot)
    assert "*Mon 2027-01-04 at 09:00*" in slack.ephemerals("bob")[-1].plain
    assert "file taxes" in slack.ephemerals("bob")[-1].plain
    assert await slash(bot, "bob", "remind me to pay at 7") == "“at 7” may be 07:00 or 19:00. Which one?"
    await slack.click_ephemeral("bob", "19:00")
    await quiet(bot)
    assert "*Fri 2026-03-27 at 19:00*" in slack.ephemerals("bob")[-1].plain
    await slash(bot, "bob", "remind me to pay soon")
    await slack.click_ephemeral("bob", "Tomorrow")
    await quiet(bot)
    assert "*Sat 2026-03-28 at 09:00*" in slack.ephemerals("bob")[-1].plain


async def test_it_is_changed_by_a_form_listed_and_cancelled(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "remind me to call Acme tomorrow at 14:30")
    await slack.click_ephemeral("bob", "Change…")
    await slack.until(lambda: slack.modal("bob"))
    assert held(slack.modal("bob") or {})["when"]["initial_value"] == "2026-03-28 14:30"
    assert "has passed" in (await slack.submit("bob", {"when": "2026-03-01"}))["when"]
    assert await slack.submit("bob", {"when": "every monday at 10"}) == {}
    await quiet(bot)
    assert "“every monday at 10”, first on *Mon 2026-03-30 at 10:00*" in slack.ephemerals("bob")[-1].plain
    assert "reminder 1, every monday at 10: call Acme" in await slash(bot, "bob", "reminders")
    assert await slash(bot, "carol", "reminders cancel 1") == (
        "You have no reminder 1. `reminders` lists those that you have."
    )
    assert await slash(bot, "bob", "reminders cancel 1") == "Cancelled: “call Acme” comes no more."
    assert {one.state for one in await bot.rows(select(Reminder).where(Reminder.kind == "alarm"))} == {"cancelled"}


async def test_a_message_is_reminded_of_by_a_shortcut(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "help")
    ts = await slack.say("frank", "#general", "rotate the keys, @channel")
    await slack.shortcut("bob", "remind", channel="#general", ts=ts)
    await slack.until(lambda: slack.modal("bob"))
    assert held(slack.modal("bob") or {})["text"]["initial_value"].endswith("rotate the keys, @channel")
    assert "I do not see when" in (await slack.submit("bob", {"when": "after the party"}))["when"]
    assert await slack.submit("bob", {"when": "in 2 Stunden"}) == {}
    await quiet(bot)
    await go_to(bot, clock, FRIDAY + 2 * HOUR + MINUTE)
    [message] = said(slack.dms("bob"))
    assert message.startswith("Reminder: ")
    assert "rotate the keys, @channel · <http" in message
    assert message.endswith("|the message>")


async def test_a_time_in_the_text_of_the_form_moves_nothing(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "help")
    ts = await slack.say("frank", "#general", "the call is at 16:00")
    await slack.shortcut("bob", "remind", channel="#general", ts=ts)
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"when": "tomorrow"}) == {}
    await quiet(bot)
    [alarm] = await select_all(bot, Alarm)
    assert (alarm.text, alarm.first) == ("the call is at 16:00", "2026-03-28T09:00")


async def test_the_digest_lists_what_comes_today(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "remind me to lock the <door> in 2h")
    page = await slash(bot, "bob", "digest now")
    assert "*Reminders today (1)*" in page
    assert "lock the &lt;door&gt;" in page


@pytest.mark.parametrize(
    ("line", "said_why"),
    [
        ("remind me every RRULE:FREQ=SECONDLY;COUNT=9 to x", "I plan only repetitions that are said in words."),
        ("remind me every 5 minutes to x", "Reminders repeat at most once an hour"),
        ("remind me to x yesterday", "“yesterday” has passed: it was Thu 2026-03-26 09:00."),
        ("remind me in 9 years to x", "“in 9 years” is more than five years away"),
        ("remind me to x on 2026-02-30", "“2026-02-30” is no date"),
        ("remind me every 100000 weeks to x", "is no repetition that I can plan"),
        ("remind me every day to x 999999999 times", "a reminder comes 1 to 1000 times"),
        ("remind me every day to x until 2026-03-01", "That would never come"),
        ("remind me tomorrow to " + "x" * 1001, "A reminder has at most 1,000 characters; this one has 1,001."),
        ("remind me at 25:00 to x", "“at 25:00” is no time of a day"),
        ("remind me to x every other weekday at 9", "Write one as in `every monday and friday at 9`"),
        ("remind me to x every day except friday", "I cannot leave days out of a repetition"),
    ],
)
async def test_what_cannot_be_planned_is_refused_with_a_sentence(bot: Bot, line: str, said_why: str) -> None:
    assert said_why in await slash(bot, "bob", line)
    assert await bot.rows(select(Alarm)) == []


async def test_put_off_before_it_came_it_comes_once(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "remind me to call Acme tomorrow at 9")
    await slash(bot, "bob", "reminders later 1 monday at 9")
    await go_to(bot, clock, berlin(28, 9, 1))
    assert slack.dms("bob") == []
    await go_to(bot, clock, berlin(30, 9, 1))
    assert len(slack.dms("bob")) == 1
    assert await slash(bot, "bob", "reminders") == "Nothing is planned for you."


async def test_a_clock_that_is_set_back_or_forward_sends_nothing_twice(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "bob", "remind me to call Acme on monday at 9")
    await slash(bot, "bob", "remind me to look at the queue every day at 10")
    await go_to(bot, clock, berlin(30, 9) + MINUTE)
    calls = len([text for text in said(slack.dms("bob")) if "call Acme" in text])
    assert calls == 1
    clock.set(berlin(30, 8))
    await quiet(bot)
    await go_to(bot, clock, berlin(30, 9) + 2 * MINUTE)
    assert len([text for text in said(slack.dms("bob")) if "call Acme" in text]) == calls
    before = len([text for text in said(slack.dms("bob")) if "look at the queue" in text])
    await go_to(bot, clock, berlin(1, 12, month=4))  # two of them were due on the way
    late = [text for text in said(slack.dms("bob")) if "look at the queue" in text][before:]
    assert len(late) == 1
    assert late[0].startswith("(Late: ")


async def test_one_time_of_a_series_that_is_put_off_is_listed_beside_it(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "bob", "remind me every day at 9 to water the plants")
    await go_to(bot, clock, berlin(28, 9, 1))
    await slack.click("bob", "@chargehand", slack.dms("bob")[-1].ts, "1 h")
    await quiet(bot)
    listed = (await slash(bot, "bob", "reminders")).splitlines()
    assert [line.rpartition("> ")[2] for line in listed[1:]] == [
        "reminder 1, put off: water the plants",
        "reminder 1, every day at 9: water the plants",
    ]
    assert "*Reminders today (1)*" in await slash(bot, "bob", "digest now")


async def test_this_is_the_same_message_when_a_button_says_it_again(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "bob", "remind me about this on 01/04 at 9")
    await slack.click_ephemeral("bob", "Wed 1 April 2026")
    await quiet(bot)
    assert slack.ephemerals("bob")[-1].plain.startswith("I remind you here on *Wed 2026-04-01 at 09:00*")
    [alarm] = await bot.rows(select(Alarm))
    assert alarm.thread_ts == ts
    assert ts.replace(".", "") in alarm.link
