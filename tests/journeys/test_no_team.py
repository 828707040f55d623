"""Before there is a team, and when no team fits, a report is tracked all the same."""

from pathlib import Path

from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, assignees, last_change, quiet, report, running, said, settings_for


async def test_without_teams_the_card_says_who_can_add_one_and_how(slack: SlackSandbox, tmp_path: Path) -> None:
    async with running(slack, settings_for(slack, tmp_path, admins="alice@acme.example")) as bot:
        await report(bot, "alice", "")  # she is known from now on
        ts = await report(bot, "frank", "redis is down")
        card = slack.thread("#ops", ts)[1].plain
        assert "*Assigned*\nnobody" in card
        assert (
            "No team yet, so nobody is assigned. An admin (@alice) can add one:"
            " `python app.py team add NAME --keyword WORD`" in card
        )


async def test_without_an_admin_it_names_the_setting(slack: SlackSandbox, tmp_path: Path) -> None:
    async with running(slack, settings_for(slack, tmp_path)) as bot:
        ts = await report(bot, "frank", "redis is down")
        assert "An admin (none yet: set CHARGEHAND_ADMINS) can add one" in slack.thread("#ops", ts)[1].plain


async def test_when_no_team_fits_the_card_asks(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "the page is blank", channel="#general")
    card = slack.thread("#general", ts)[1]
    assert "*Team*\nnot clear yet" in card.plain
    assert card.menus["move"] == ["Platform", "Payments"]
    assert said(slack.dms("bob") + slack.dms("dave")) == []
    await slack.select("frank", "#general", card.ts, action="move", choice="Payments")
    await quiet(bot)
    card = slack.thread("#general", ts)[1]
    assert await assignees(bot) == ["dave"]
    assert "*Team*\nPayments" in card.plain
    assert last_change(card.plain) == "moved to Payments by @frank"
    assert "move" not in card.menus
    assert len(slack.thread("#general", ts)) == 2
    assert said(slack.dms("dave"))[0].startswith("*CH-1* The page is blank is yours (team Payments). Why you: ")


async def test_a_loud_ticket_without_a_team_reaches_the_admins(slack: SlackSandbox, tmp_path: Path) -> None:
    async with running(slack, settings_for(slack, tmp_path, admins="alice@acme.example")) as bot:
        await report(bot, "alice", "")  # she is known from now on
        await report(bot, "frank", "everything is down for everyone, total outage in production")
        assert said(slack.dms("alice"))[-1].startswith(
            "*CH-1* Everything is down for everyone, total outage in production (critical) is *unassigned*: no team yet"
        )
