"""People say how much they take and when they are away; who gets a ticket follows, and can be explained."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.absences import Absence
from storage.audit import AuditEvent
from storage.reminders import Reminder
from storage.settings_kv import Setting
from tests.clock import StoppedClock
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    report,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
FRIDAY = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(FRIDAY)


REFUSED = [
    ("capacity -1", "“-1” is no capacity: write a number from 1 to 999, as in `capacity 5`; `rotation off` takes you"),
    ("capacity 0", "“0” is no capacity"),
    ("capacity 1.5", "“1.5” is no capacity"),
    (
        "capacity many",
        "“many” is no number of tickets. Usage: `capacity [@someone] [5|off]`, for example",
    ),
    (
        "capacity @dave 3",
        "You may not change the capacity of @dave: that is for the person themselves",
    ),
    (
        "rotation @dave off",
        "You may not change the rotation of @dave: that is for the person themselves",
    ),
    (
        "away @dave tomorrow",
        "You may not change the absence of @dave: that is for the person themselves",
    ),
    ("away", "The time to be back is missing. Usage: `away"),
    ("away someday", "“someday” is no time to be back. Usage: `away [@someone] 2026-12-01|monday|tomorrow|2h|3d"),
    ("away 2026-02-30", "“2026-02-30” is no date: write year, month and day as in 2026-12-24."),
    (
        "away 2026-03-27",
        "“2026-03-27” is not in the future. Write it as in",
    ),
    ("away 2028-01-01", "“2028-01-01” is more than a year away: name an earlier moment."),
    ("away 0h", "“0h” is not in the future."),
    ("away 9999-12-31", "“9999-12-31” is more than a year away"),
    ("away 0001-01-01", "“0001-01-01” is not in the future."),
    ("away 9999d", "“9999d” is more than a year away"),
    ("away monday cover @bob", "Somebody else has to cover."),
    ("away monday cover @nobody", "I do not know @nobody. Pick a person from Slack's @ list."),
    ("back @carol @dave", "One person at a time, please."),
]


async def test_what_is_wrong_is_said_and_nothing_changes(bot: Bot) -> None:
    for line, refusal in REFUSED:
        assert (await slash(bot, "bob", line)).startswith(refusal), line
    settings = [row for row in await select_all(bot, Setting) if row.key in {"capacity", "rotation"}]
    assert settings == await select_all(bot, Absence) == []


@BOTH
async def test_who_is_full_off_or_away_is_not_chosen(slack: SlackSandbox, bot: Bot, clock: StoppedClock) -> None:
    assert await slash(bot, "bob", "capacity 1") == "*You*: 0 open tickets, of at most 1."
    await report(bot, "frank", "redis is down")
    assert await assignees(bot, 1) == ["bob"]
    await report(bot, "frank", "kafka is stuck")
    await report(bot, "frank", "redis is slow")
    assert (await bot.ticket(3)).assign_reason == "fewest open: 1; @bob is at capacity 1/1"
    answer = await slash(bot, "carol", "away monday dentist")
    assert (
        answer
        == "*You*: away until Mon (2026-03-30 09:00, UTC). Until then no ticket is chosen for you; `back` ends it."
    )
    await report(bot, "frank", "kafka lost its leader")
    assert await assignees(bot, 4) == ["bob"]
    reason = "nobody has room; least above capacity: 1/1; @carol is away until Mon"
    assert (await bot.ticket(4)).assign_reason == reason
    await slash(bot, "bob", "rotation off")
    ts = await report(bot, "frank", "kafka has no leader again")
    assert await assignees(bot, 5) == []
    nobody = "nobody of the team can take it; @bob is off the rotation; @carol is away until Mon"
    assert f"Unassigned: {nobody}" in slack.thread("#ops", ts)[1].plain
    assert f"is *unassigned*: {nobody}." in said(slack.dms("alice"))[-1]
    assert "dentist" not in slack.transcript().replace("away monday dentist", "")
    clock.now = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)  # carol's working day begins
    await report(bot, "frank", "redis lost its replica")
    assert await assignees(bot, 6) == ["carol"]


async def test_an_absence_ends_when_the_persons_own_day_begins(bot: Bot, clock: StoppedClock) -> None:
    await slash(bot, "bob", "hours Mon-Thu 8-16 Europe/Berlin")
    for line, ends in [
        ("away tomorrow", datetime(2026, 3, 30, 6, 0, tzinfo=UTC)),  # a Saturday; on Sunday the clocks change
        ("away until friday", datetime(2026, 4, 6, 6, 0, tzinfo=UTC)),  # no day of theirs, so Monday
        ("away 2026-04-02 cover @carol moving", datetime(2026, 4, 2, 6, 0, tzinfo=UTC)),
        ("away 5d", datetime(2026, 4, 1, 6, 0, tzinfo=UTC)),
        ("away 2h", clock.now + timedelta(hours=2)),
    ]:
        await slash(bot, "bob", line)
        [absence] = await select_all(bot, Absence)
        assert (absence.starts, absence.ends) == (clock.now, ends), line
    assert (await slash(bot, "bob", "me")).splitlines()[3] == "Absence: 2026-03-27 until 18:00"
    clock.now += timedelta(hours=1)
    assert await slash(bot, "bob", "back") == "*You*: back; new tickets may be chosen for you."
    assert await slash(bot, "bob", "back") == "*You*: not away."
    [absence] = await select_all(bot, Absence)
    assert absence.ends == clock.now


async def test_a_profile_shows_ones_own_note_and_cover(bot: Bot) -> None:
    await slash(bot, "bob", "capacity 4")
    await slash(bot, "bob", "away 2026-04-08 cover @carol a week in the hills")
    assert (await slash(bot, "bob", "me")).splitlines()[:6] == [
        "*@bob*: responder of Platform",
        "Capacity: 0 open tickets, of at most 4",
        "Rotation: in",
        "Absence: 2026-03-27 until Wed 2026-04-08, @carol covers – a week in the hills",
        "Hours: Mon-Fri 09:00-18:00, times of UTC",
        "GitHub: not known",
    ]
    set_by_nobody = [line.partition(" – ")[0] for line in (await slash(bot, "bob", "me")).splitlines()[6:]]
    assert set_by_nobody == [
        "• `language`: your Slack's (default)",
        "• `digest.time`: the workspace's (default)",
        "• `quiet`: none (default)",
        "• `repository`: none (default)",
        "• `wake_for_critical`: off (default)",
    ]
    events = [event for event in await select_all(bot, AuditEvent) if event.object_kind == "person"]
    assert "hills" not in str([(event.before, event.after) for event in events])


@BOTH
async def test_a_manager_speaks_for_their_team(bot: Bot) -> None:
    assert await slash(bot, "alice", "capacity @bob 2") == "*@bob*: 0 open tickets, of at most 2."
    assert (await slash(bot, "alice", "away @bob tomorrow")).startswith(
        "*@bob*: away until Mon (2026-03-30 09:00, UTC)."
    )
    [absence] = await select_all(bot, Absence)
    assert absence.source == "manager"
    assert await slash(bot, "alice", "back @bob") == "*@bob*: back; new tickets may be chosen for them."
    off = "off the rotation; no ticket is chosen for them, but people can still assign one."
    assert await slash(bot, "alice", "rotation @bob off") == f"*@bob*: {off}"
    assert await slash(bot, "bob", "rotation on") == "*You*: in the rotation; new tickets may be chosen for you."
    refusal = await slash(bot, "erin", "capacity @bob off")
    assert refusal.endswith("the person themselves, managers of their team and admins. Ask @alice.")
    assert await slash(bot, "bob", "capacity off") == "*You*: 0 open tickets, no limit."


@BOTH
async def test_a_persons_word_counts_more_than_capacity_and_absence(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "carol", "capacity 1")
    await slash(bot, "carol", "away monday cover @dave")
    await report(bot, "frank", "redis is down")
    answer = await slash(bot, "alice", "assign CH-1 @carol")
    assert answer.endswith("@bob → @carol. Note: @carol is away until Mon. @dave covers.")
    await slash(bot, "carol", "rotation off")
    await slash(bot, "bob", "rotation off")
    await report(bot, "frank", "kafka is stuck")
    answer = await slash(bot, "carol", "claim CH-2")
    assert answer.endswith("is yours. Note: @carol is off the rotation and is at capacity 1/1. @dave covers.")
    assert await assignees(bot, 2) == ["carol"]


async def test_why_it_is_this_person_and_not_that_one(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "carol", "away monday dentist")
    await report(bot, "frank", "redis is down")
    answer = await slash(bot, "frank", "why CH-1")
    assert "Team Platform; @bob has it: fewest open: 0; @carol is away until Mon" in answer
    assert answer.splitlines()[-3:][1:] == ["• @bob: 0 open – chosen", "• @carol: is away until Mon"]
    assert "went by: least load." in answer
    assert "dentist" not in answer
    assert (await slash(bot, "frank", "why CH-1 not @carol")).endswith(": @carol is away until Mon.")
    assert (await slash(bot, "frank", "why CH-1 not @dave")).endswith(": @dave was no responder of Platform.")
    assert (await slash(bot, "frank", "explain CH-1 not @bob")) == "@bob has *CH-1* Redis is down."
    await slash(bot, "carol", "back")
    await report(bot, "frank", "kafka is stuck")
    assert (await slash(bot, "frank", "why CH-2 not @bob")).endswith(": @bob had 1 open, @carol 0 open.")
    await slash(bot, "carol", "capacity 1")
    await report(bot, "frank", "redis is slow")
    await slash(bot, "alice", "assign CH-3 @carol")
    assert "@carol has it: assigned by @alice" in await slash(bot, "frank", "why CH-3")
    assert (await slash(bot, "frank", "why CH-3 not @bob")).endswith("was chosen then, and has it no longer.")


async def test_why_of_a_private_ticket_is_for_its_members(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await slash(bot, "frank", "list")
    await report(bot, "alice", "redis key leaked", channel="#secret")
    hidden, missing = [await slash(bot, "frank", f"why CH-{number}") for number in (1, 7)]
    assert hidden == missing.replace("7", "1")
    assert "@carol: is not in the channel" in await slash(bot, "alice", "why CH-1")


@BOTH
async def test_an_absence_to_come_changes_nothing_until_it_begins(
    slack: SlackSandbox, bot: Bot, clock: StoppedClock
) -> None:
    await report(bot, "frank", "kafka is stuck")
    assert await assignees(bot, 1) == ["bob"]
    answer = await slash(bot, "bob", "away from tuesday until friday cover @carol hiking")
    assert answer == (
        "*You*: away from Tue (2026-03-31 00:00, UTC) until Fri 2026-04-03 (2026-04-03 09:00, UTC). @carol covers."
        " In that time no ticket is chosen for you; `back` calls it off."
    )
    assert (await slash(bot, "bob", "me")).splitlines()[3] == (
        "Absence: from 2026-03-31 until Fri 2026-04-03, @carol covers – hiking"
    )
    assert "your absence begins" in await slash(bot, "bob", "reminders")
    assert "hiking" not in await slash(bot, "alice", "person show @bob")
    await report(bot, "frank", "redis is down")
    assert await assignees(bot, 2) == ["carol"]
    await report(bot, "frank", "redis is slow")
    assert await assignees(bot, 3) == ["bob"]
    clock.now = datetime(2026, 3, 31, 0, 1, tzinfo=UTC)
    await slack.until(lambda: any(text.startswith("@bob is away and has 2 open:") for text in said(slack.dms("alice"))))
    await report(bot, "frank", "redis lost its replica")
    assert (await bot.ticket(4)).assign_reason == "fewest open: 1; @bob is away until Fri"
    clock.now = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
    assert await slash(bot, "bob", "back") == "*You*: not away."


@BOTH
async def test_an_absence_to_come_can_be_moved_and_called_off(
    slack: SlackSandbox, bot: Bot, clock: StoppedClock
) -> None:
    await slash(bot, "bob", "away 29.4. to 4.5.")
    await slash(bot, "bob", "away tomorrow")
    assert (await slash(bot, "bob", "back")).startswith("*You*: back;")
    await slash(bot, "bob", "away ab 28.4. bis 30.4.")
    [planned] = [one for one in await select_all(bot, Absence) if one.starts > clock.now]
    assert (planned.starts, planned.ends) == (
        datetime(2026, 4, 28, tzinfo=UTC),
        datetime(2026, 4, 30, 9, 0, tzinfo=UTC),
    )
    assert await slash(bot, "bob", "back") == "*You*: the absence to come is called off."
    clock.now = datetime(2026, 4, 29, 9, 0, tzinfo=UTC)
    assert await slash(bot, "bob", "back") == "*You*: not away."
    begins = [one.state for one in await select_all(bot, Reminder) if one.kind == "departure"]
    assert set(begins) == {"cancelled"}
    for line, refusal in [
        ("away from monday", "Until when? Write it as in `from monday until friday`."),
        ("away from friday until 2026-04-30", "“2026-04-30” is not in the future."),
    ]:
        assert (await slash(bot, "bob", line)).startswith(refusal), line
