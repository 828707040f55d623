"""Who mutes a ticket, a person or a team hears no nudges and news of it; a missed deadline still reaches managers."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.mutes import Mute
from storage.notices import Notice
from tests.clock import NOON, Clock, go_to
from tests.journeys.test_sla import told
from tests.team import DATABASES, Bot, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")
MINUTE = timedelta(minutes=1)
REFUSED = {
    "mute CH-1 for all until tomorrow": "You may not mute CH-1 for all: that is for managers of the team and admins.",
    "mute team Platform for all until 2h": "You may not mute Platform for all: that is for managers of the team",
    "mute CH-9": "There is no CH-9 that you can see.",
    "mute team Nobody": "There is no team “Nobody”. Teams: Platform, Payments.",
    "mute @nobody": "I do not know @nobody.",
    "unmute CH-1": "CH-1 is not muted for you.",
    "mute CH-1 until 2027-12-01": "“2027-12-01” is more than 90 days away: name an earlier moment.",
}


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


@BOTH
async def test_a_muted_ticket_is_quiet_for_one_and_loud_for_managers(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    answer = await slash(bot, "bob", "mute CH-1")
    assert answer == "CH-1 is muted for you until you `unmute` it. Missed deadlines are still told."
    assert "Muted for 1 person" in slack.transcript()
    await go_to(bot, clock, NOON + 121 * MINUTE)
    assert told(slack, "bob") == []
    assert len(told(slack, "alice")) == 1
    spared = [one for one in await select_all(bot, Notice) if one.state == "spared"]
    assert {one.reason for one in spared} == {"they muted the ticket"}
    assert await slash(bot, "bob", "unmute CH-1") == "CH-1 is no longer muted for you."
    assert "Muted for" not in slack.transcript()
    assert await select_all(bot, Mute) == []


async def test_a_mute_has_an_end(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "mute team Platform until 50m")
    await go_to(bot, clock, NOON + 46 * MINUTE)
    assert told(slack, "bob") == []
    await go_to(bot, clock, NOON + 61 * MINUTE)
    assert len(told(slack, "bob")) == 1


async def test_a_manager_mutes_for_all_and_names_an_end(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    assert (await slash(bot, "alice", "mute CH-1 for all")).startswith("Until when? For all it needs an end")
    assert (await slash(bot, "alice", "mute CH-1 for all until 2h")).startswith("CH-1 is muted for all until ")
    assert "Muted for all" in slack.transcript()
    await go_to(bot, clock, NOON + 46 * MINUTE)
    assert told(slack, "bob") == []


async def test_news_of_somebody_who_is_muted_do_not_come(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "alice", "mute @frank until tomorrow")
    await report(bot, "frank", "kafka lags")
    assert said(slack.dms("alice")) == []
    assert len(said(slack.dms("bob"))) == 1


async def test_what_cannot_be_muted_is_refused(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    for line, refusal in REFUSED.items():
        assert (await slash(bot, "bob", line)).startswith(refusal), line
    assert await bot.rows(select(Mute.id)) == []


async def test_a_sentence_about_a_mute_button_is_a_report(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "mute button is broken in the player")
    assert (await bot.ticket()).title == "Mute button is broken in the player"


@BOTH
async def test_undo_alone_takes_a_mute_back_as_it_was(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "priority CH-1 low")
    await slash(bot, "bob", "mute CH-1 until tomorrow")
    [before] = await select_all(bot, Mute)
    await slash(bot, "bob", "mute CH-1")
    assert await slash(bot, "bob", "undo") == "CH-1 was muted by @bob: undone by @bob."
    [after] = await select_all(bot, Mute)
    assert (after.until, (await bot.ticket()).priority) == (before.until, "low")
    await slash(bot, "bob", "unmute CH-1")
    await slash(bot, "bob", "undo")
    assert [one.until for one in await select_all(bot, Mute)] == [before.until]
    await slash(bot, "bob", "mute team Platform")
    await slack.click_ephemeral("bob", "Unmute")
    await quiet(bot)
    assert [one.kind for one in await select_all(bot, Mute)] == ["ticket"]


async def test_a_mute_that_is_undone_is_done_again_and_so_on(bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "me set language de")
    await slash(bot, "bob", "mute team Platform")
    for how in ("rückgängig gemacht", "wiederhergestellt", "rückgängig gemacht"):
        answer = await slash(bot, "bob", "undo")
        assert answer.endswith(f"stumm gestellt von @bob: {how} von @bob.")
        assert answer.count(" von @bob") == 2
    await slash(bot, "alice", "mute CH-1")
    assert await slash(bot, "alice", "undo") == "CH-1 was muted by @alice: undone by @alice."
    assert await slash(bot, "alice", "undo") == "CH-1 was muted by @alice: done again by @alice."
    assert [one.kind for one in await select_all(bot, Mute)] == ["ticket"]


async def test_what_was_muted_for_all_and_changed_since_is_left_alone(bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "mute CH-1 for all until 2h")
    assert await slash(bot, "alice", "undo") == "CH-1 was muted by @alice: undone by @alice."
    assert await select_all(bot, Mute) == []
    await slash(bot, "alice", "mute team Platform for all until 2h")
    async with bot.ctx.db.write() as tx:
        [held] = list(await tx.exec(select(Mute)))
        held.until = None
    answer = await slash(bot, "alice", "undo")
    assert answer == "Platform was muted by @alice, and has changed since: change it by hand."


async def test_several_tickets_links_and_this_can_be_muted(slack: SlackSandbox, bot: Bot) -> None:
    ts = [await report(bot, "frank", f"kafka {name} lags") for name in ("one", "two", "six")]
    link = f"https://acme.slack.com/archives/{slack.channel('#ops').id}/p{ts[2].replace('.', '')}"
    answer = await slash(bot, "bob", f"mute CH-1 ch2, {link} until tomorrow")
    assert [line.partition(" is muted ")[0] for line in answer.splitlines()] == ["CH-1", "CH-2", "CH-3"]
    await slash(bot, "bob", "unmute CH-1 CH-2 CH-3")
    assert await select_all(bot, Mute) == []
    await report(bot, "bob", "mute this until tomorrow", thread_ts=ts[1])
    assert [one.object_id for one in await select_all(bot, Mute)] == [(await bot.ticket(2)).id]


async def test_a_line_of_a_known_verb_that_says_nothing_shows_how_it_is_used(slack: SlackSandbox, bot: Bot) -> None:
    answer = await slash(bot, "bob", "mute is what I want")
    assert answer.startswith(
        "I do not know “mute is what I want”. `mute` is used as `mute CH-1|thread|@someone|team TEAM"
    )
    assert slack.ephemerals("bob")[-1].buttons == []


async def test_undo_in_a_thread_takes_back_the_mute_that_came_last(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "priority CH-1 low")
    await slash(bot, "bob", "mute CH-1")
    await report(bot, "bob", "undo", thread_ts=ts)
    assert await select_all(bot, Mute) == []
    assert (await bot.ticket()).priority == "low"
