"""Every night everybody known is read again: what no event had told is put right, and the admins read it in a line."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import crowd, default_seed
from storage.absences import Absence
from storage.people import Person
from tests.clock import Clock
from tests.journeys.test_channel_changes import night
from tests.team import DATABASES, Bot, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admin_channel="#general")
FRIDAY = datetime(2026, 3, 27, 10, 0, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A workspace of more people than stand on one page."""
    async with SlackSandbox.start(ack_within=30.0, seed=default_seed().plus(users=crowd(250))) as sandbox:
        yield sandbox


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


async def known(bot: Bot) -> dict[str, Person]:
    return {person.slack_id: person for person in await select_all(bot, Person)}


@BOTH
async def test_the_zone_is_kept_by_its_name_and_a_move_is_told(slack: SlackSandbox, bot: Bot) -> None:
    carol = slack.user("carol").id
    assert (await known(bot))[carol].zone == ""
    await night(bot, "people")
    assert (await known(bot))[carol].zone == "America/New_York"
    assert said(slack.messages("#general")) == []  # to learn of it first is no news
    slack.change("carol", is_told=False, tz="Asia/Kathmandu")
    slack.change("bob", is_told=False, is_restricted=True)
    slack.change("dave", is_told=False, email="dave@elsewhere.example")
    await night(bot, "people")
    assert (await known(bot))[carol].zone == "Asia/Kathmandu"
    [line] = said(slack.messages("#general"))
    assert line == (
        "Slack knows of people what no event had told: @bob is a guest, @carol lives by Asia/Kathmandu now,"
        " @dave has another e-mail address."
    )
    await night(bot, "people")
    assert len(said(slack.messages("#general"))) == 1
    assert len(slack.calls("users.list")) == 6  # two pages each night


async def test_an_event_tells_of_the_zone_at_once(slack: SlackSandbox, bot: Bot) -> None:
    slack.change("carol", tz="Australia/Lord_Howe")
    slack.hire(replace(crowd(251)[-1], tz="Pacific/Apia"))
    await quiet(bot)
    zones = {person.name: person.zone for person in (await known(bot)).values()}
    assert (zones["carol"], zones["p251"]) == ("Australia/Lord_Howe", "Pacific/Apia")


@BOTH
async def test_a_status_that_no_event_told_is_an_absence(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "kafka is slow")
    for who in ("bob", "carol"):
        slack.change(who, is_told=False, status_emoji=":palm_tree:")
    await night(bot, "people")
    assert len(await select_all(bot, Absence)) == 2
    asked = [text for text in said(slack.dms("alice")) if "is away and has 1 open" in text]
    assert len(asked) == 2  # one for each of them
    slack.change("bob", is_told=False, status_emoji="")
    await night(bot, "people")
    assert "not away" in await slash(bot, "bob", "back")
