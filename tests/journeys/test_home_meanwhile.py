"""What others set or ask for while somebody has a form or the Home tab open is neither lost nor hidden."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.absences import Absence
from tests.journeys.test_forms import held
from tests.journeys.test_home import form, opened, sent
from tests.team import DATABASES, Bot, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")
LATE = "Somebody has changed this since you opened the form. Close it and open it again to see how it is now."


async def settings_of_team(slack: SlackSandbox) -> None:
    await slack.click_home("alice", "Settings…", value="Platform")
    await slack.until(lambda: slack.modal("alice"))


@BOTH
async def test_a_form_changes_nothing_that_was_left_alone_in_it(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "team member add Platform @erin manager")
    await opened(slack, bot, "alice")
    await settings_of_team(slack)
    await slash(bot, "erin", "team set Platform capacity 7")
    await sent(slack, bot, "alice", {"notices": "all"})
    shown = await slash(bot, "alice", "team show Platform")
    assert "`capacity`: 7" in shown
    assert "`notices`: all" in shown


async def test_what_two_change_at_once_is_asked_again(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "team member add Platform @erin manager")
    await opened(slack, bot, "alice")
    await settings_of_team(slack)
    await slash(bot, "erin", "team set Platform capacity 7")
    assert await slack.submit("alice", {"capacity": "4", "notices": "all"}) == {"capacity": LATE}
    await slack.close_modal("alice")
    assert "`capacity`: 7" in await slash(bot, "alice", "team show Platform")
    await settings_of_team(slack)
    assert held(slack.modal("alice") or {})["capacity"]["initial_value"] == "7"
    await slash(bot, "erin", "team set Platform capacity 4")
    assert "`capacity`: 4" in await sent(slack, bot, "alice", {"capacity": "4"}), "both want the same"


async def test_hours_keep_the_zone_that_another_has_set(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "bob")
    await form(slack, bot, "bob", "Hours…")
    await slash(bot, "alice", "person set @bob zone Europe/Berlin")
    page = await sent(slack, bot, "bob", {"week": "Mon-Thu 8-16"})
    assert "`Mon-Thu 08:00-16:00` Europe/Berlin" in page


async def test_a_note_may_begin_with_a_time_or_name_who_covers(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "bob")
    await form(slack, bot, "bob", "Away…")
    page = await sent(slack, bot, "bob", {"person": "carol", "note": "16:00 dentist, cover @alice later"})
    assert "– 16:00 dentist, cover @alice later" in page
    [absence] = await select_all(bot, Absence)
    assert absence.ends.strftime("%H:%M") == "09:00"
    assert "cover" in await slash(bot, "bob", "me")


async def test_reminders_say_for_whom_they_are_and_who_asked(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "remind me to stretch in 1h")
    await slash(bot, "bob", "remind #ops to rotate the keys in 2h")
    await slash(bot, "carol", "remind @bob to review the plan in 3h")
    page = await opened(slack, bot, "bob")
    assert "stretch\n" in page
    assert "rotate the keys (for <#C0OPS>)" in page
    assert "review the plan (asked for by @carol)" in page
