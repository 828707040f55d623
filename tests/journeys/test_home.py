"""The Home tab shows each person what is theirs, and what is pressed there is done like anywhere else."""

from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import person
from storage.people import Team
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank")


@pytest.fixture
async def slack(slack: SlackSandbox) -> SlackSandbox:
    """Gwen is in no team."""
    slack.hire(person("gwen", "Gwen Gray"))
    return slack


def words(blocks: list[dict[str, Any]]) -> str:
    """Everything a person reads on it, a block or a control a line."""
    lines = []
    for block in blocks:
        lines += [block["text"]["text"]] if "text" in block else []
        lines += [element["text"] for element in block.get("elements", ()) if element["type"] == "mrkdwn"]
        controls = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]
        lines += [f"[{one['text']['text']}]" for one in controls if one["type"] == "button"]
    return "\n".join(lines)


def shown(slack: SlackSandbox, who: str) -> str:
    return words((slack.home(who) or {"blocks": []})["blocks"])


async def opened(slack: SlackSandbox, bot: Bot, who: str) -> str:
    await slack.open_home(who)
    await quiet(bot)
    return shown(slack, who)


async def pressed(slack: SlackSandbox, bot: Bot, who: str, label: str, *, value: str | None = None) -> str:
    await slack.click_home(who, label, value=value)
    await quiet(bot)
    return shown(slack, who)


async def form(slack: SlackSandbox, bot: Bot, who: str, label: str) -> dict[str, Any]:
    await slack.click_home(who, label)
    return await slack.until(lambda: slack.modal(who)) or {}


async def sent(slack: SlackSandbox, bot: Bot, who: str, answers: dict[str, Any]) -> str:
    assert await slack.submit(who, answers) == {}
    await quiet(bot)
    return shown(slack, who)


@BOTH
async def test_a_responder_sees_what_is_theirs_and_acts_on_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    page = await opened(slack, bot, "bob")
    assert page.startswith("Hello @bob. What needs you now: *1 to acknowledge*.")
    assert "Your tickets (1)" in page
    page = await pressed(slack, bot, "bob", "Start")
    assert (await bot.ticket()).status == "in_progress"
    assert "CH-1 is in progress, started by @bob.\n[Undo]" in page
    assert "[Start]" not in page
    page = await pressed(slack, bot, "bob", "Undo")
    assert (await bot.ticket()).status == "open"
    await form(slack, bot, "bob", "Resolve…")
    page = await sent(slack, bot, "bob", {"reason": "failed over"})
    assert "No ticket is yours." in page
    assert said(slack.dms("bob"))[1:] == [], "what is answered on the Home tab is not said again elsewhere"


@BOTH
async def test_a_manager_sees_their_team_and_gives_out_what_nobody_has(slack: SlackSandbox, bot: Bot) -> None:
    for who in ("bob", "carol"):
        await slash(bot, who, "rotation off")
    await slash(bot, "carol", "capacity 5")
    await report(bot, "dave", "redis is down")
    page = await opened(slack, bot, "alice")
    assert "Team Platform\n• @bob: 0, off the rotation\n• @carol: 0/5, off the rotation" in page
    assert "Nobody has these (1)" in page
    assert "Off: triage by a model, requests in plain words, " in page
    assert "ANTHROPIC_API_KEY" not in page
    await form(slack, bot, "alice", "Assign…")
    page = await sent(slack, bot, "alice", {"people": ["carol"]})
    assert "• @carol: 1/5, off the rotation" in page
    assert "Nobody has these" not in page


async def test_an_admin_sees_what_is_off_and_asks_who_is_not_linked(slack: SlackSandbox, bot: Bot) -> None:
    page = await opened(slack, bot, "frank")
    assert "All jobs went well." in page
    assert "(set `ANTHROPIC_API_KEY`)" in page
    assert "Not linked to GitHub (5)" in page
    who = slack.user("bob").id
    page = await pressed(slack, bot, "frank", "Ask them to link", value=f"ask <@{who}>")
    assert "@bob is asked." in page
    page = await pressed(slack, bot, "frank", "Ask them to link", value=f"ask <@{who}>")
    assert "@bob was asked already." in page
    [asked] = said(slack.dms("bob"))
    assert asked.startswith("Who are you on GitHub?")
    await slack.click("bob", slack.dms("bob")[0].channel, slack.dms("bob")[0].ts, "Link GitHub…")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"login": "no login!"}) == {
        "login": "GitHub has no such login: write it as in octocat."
    }
    assert await slack.submit("bob", {"login": "bob-dev"}) == {}
    await quiet(bot)
    assert "bob-dev, not proven" in await opened(slack, bot, "bob")


async def test_who_has_no_team_sees_what_they_reported_and_a_guest_nothing_else(slack: SlackSandbox, bot: Bot) -> None:
    await slack.join("gwen", "#ops")
    await report(bot, "gwen", "redis is down")
    page = await opened(slack, bot, "gwen")
    assert "What you reported" in page
    assert "Redis is down" in page
    assert "[Capacity…]" in page
    slack.change("gwen", is_restricted=True)
    await quiet(bot)
    page = await opened(slack, bot, "gwen")
    assert "You are a guest here" in page
    assert "[Capacity…]" not in page


async def test_a_guest_of_the_seed_sees_a_short_page(slack: SlackSandbox, bot: Bot) -> None:
    page = await opened(slack, bot, "gus")
    assert page == (
        "Hello @gus. Nothing needs you right now.\nWhat you reported\n"
        "Nothing that you reported is open. You are a guest here: you see what you reported."
    )


async def test_who_was_deactivated_sees_nothing_new(slack: SlackSandbox, bot: Bot) -> None:
    slack.deactivate("bob")
    await quiet(bot)
    assert await opened(slack, bot, "bob") == ""


async def test_a_private_ticket_is_shown_to_members_alone(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "rotation off")
    await slash(bot, "carol", "rotation off")
    slack.invite_bot("#secret")
    await report(bot, "alice", "redis leaks keys", channel="#secret")
    assert (await bot.ticket()).is_private
    assert "leaks keys" in await opened(slack, bot, "alice")
    await slash(bot, "frank", "team member add Platform @erin manager")
    page = await opened(slack, bot, "erin")
    assert "Team Platform" in page
    assert "leaks keys" not in page


@BOTH
async def test_what_one_sets_stands_there_at_once(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "bob")
    await form(slack, bot, "bob", "Capacity…")
    assert await slack.submit("bob", {"number": "-1"}) == {
        "number": "Write a number from 1 to 999, or leave it empty for no limit."
    }
    assert "0 open, at most 3" in await sent(slack, bot, "bob", {"number": "3"})
    await form(slack, bot, "bob", "Hours…")
    assert "week" in await slack.submit("bob", {"week": "9-25", "zone": "Europe/Berlin"})
    assert "zone" in await slack.submit("bob", {"week": "Mon-Thu 8-16", "zone": "Mars/X"})
    assert "`Mon-Thu 08:00-16:00` Europe/Berlin; outside of them messages wait" in await sent(
        slack, bot, "bob", {"week": "Mon-Thu 8-16", "zone": "Europe/Berlin"}
    )
    assert "[Join the rotation]" in await pressed(slack, bot, "bob", "Leave the rotation")
    await form(slack, bot, "bob", "Away…")
    assert "away until" in await sent(slack, bot, "bob", {"note": "on the sea"})
    assert "*Absence*: here" in await pressed(slack, bot, "bob", "I am back")
    await slash(bot, "bob", "away from monday until friday")
    assert "*Absence*: away from " in await opened(slack, bot, "bob")
    await form(slack, bot, "bob", "Settings…")
    page = await sent(slack, bot, "bob", {"language": "de", "digest.time": "07:45"})
    assert page.startswith("Hallo @bob. Gerade braucht dich nichts.")
    assert "*Tagesübersicht*: 07:45" in page


async def test_teams_are_made_and_filled_by_forms(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "frank")
    await form(slack, bot, "frank", "New team…")
    page = await sent(slack, bot, "frank", {"name": "Search"})
    assert "Team Search is there." in page
    await opened(slack, bot, "bob")
    await pressed(slack, bot, "bob", "Help")
    assert "[New team…]" not in shown(slack, "bob")
    async with bot.ctx.db.read() as tx:
        assert {team.name for team in await tx.exec(select(Team))} == {"Platform", "Payments", "Search"}


async def test_who_manages_changes_settings_and_members_there(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "alice")
    await slack.click_home("alice", "Settings…", value="Platform")
    await slack.until(lambda: slack.modal("alice"))
    assert await slack.submit("alice", {"capacity": "many"}) == {"capacity": "Write 1 to 999, or leave it empty."}
    page = await sent(slack, bot, "alice", {"capacity": "4", "notices": "all"})
    assert "• @bob: 0/4" in page
    await slack.select_home("alice", action="form:person", choice="@bob")
    await slack.until(lambda: slack.modal("alice"))
    assert "• @bob: 0/2, off the rotation" in await sent(slack, bot, "alice", {"number": "2", "rotation": "off"})
    await form(slack, bot, "alice", "Members…")
    page = await sent(slack, bot, "alice", {"people": ["dave"], "role": "responder"})
    assert "• @dave: 0/4" in page
    await form(slack, bot, "alice", "Members…")
    page = await sent(slack, bot, "alice", {"people": ["dave"], "role": "remove"})
    assert "• @dave" not in page


async def test_pasted_people_are_shown_before_they_are_taken_in(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "frank")
    await form(slack, bot, "frank", "Import people…")
    assert "csv" in await slack.submit("frank", {"csv": "colour\nred"})
    bob = slack.user("bob").id
    page = await sent(slack, bot, "frank", {"csv": f"slack_id,team,role,capacity\n{bob},Payments,responder,7"})
    assert "2 changes; nothing is changed yet." in page
    async with bot.ctx.db.read() as tx:
        teams = {team.name: team.id for team in await tx.exec(select(Team))}
    page = await pressed(slack, bot, "frank", "Apply")
    assert "2 changes made." in page
    assert "[Apply]" not in page
    assert "responder of Payments" in await slash(bot, "bob", "me")
    assert set(teams) == {"Platform", "Payments"}


async def test_a_new_ticket_comes_from_a_form(slack: SlackSandbox, bot: Bot) -> None:
    await opened(slack, bot, "bob")
    await form(slack, bot, "bob", "New ticket…")
    page = await sent(slack, bot, "bob", {"title": "Kafka lags", "team": "Platform"})
    assert "is tracked in <#" in page
    assert (await bot.ticket()).title == "Kafka lags"
