"""A report finds its team by what the team owns, and says by which rule; people change the rules in Slack."""

from pathlib import Path

import pytest

from agent.ownership.edit import import_codeowners
from bot.sandbox.slack import SlackSandbox
from handlers.cli.desk import operator
from storage.audit import AuditEvent
from storage.ownership import OwnershipRule
from tests.team import DATABASES, Bot, assignees, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
CODEOWNERS = b"*  @acme/everyone\nservices/checkout  dave@acme.example\n/infra/  @nobody-here @bobhub\n"


@BOTH
async def test_a_rule_gives_a_report_its_team_and_the_card_says_so(slack: SlackSandbox, bot: Bot) -> None:
    answer = await slash(bot, "erin", "ownership add path services/search Payments")
    assert answer.endswith("`services/search` belongs to Payments.")
    assert await slash(bot, "frank", "ownership test search is slow") == "*Payments* (rule: path services/search)."
    ts = await report(bot, "frank", "search is slow since the 5 pm deploy")  # in #ops, which is Platform's
    assert await assignees(bot) == ["dave"]
    assert "Why this team: rule: path services/search" in slack.thread("#ops", ts)[1].plain
    assert "Why this team: rule: path services/search" in await slash(bot, "frank", "why CH-1")
    await slash(bot, "erin", "move CH-1 Platform")
    assert "Why this team: moved by @erin" in slack.thread("#ops", ts)[1].plain
    await slash(bot, "erin", f"ownership remove {answer.split()[1].strip(':')}")
    assert "No rule fits" in await slash(bot, "frank", "ownership test search is slow")
    recorded = [
        event.after or event.before for event in await select_all(bot, AuditEvent) if event.action == "ownership"
    ]
    assert [one["rule"] for one in recorded] == ["path services/search"] * 2


@BOTH
async def test_equal_rules_ask(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis and checkout are slow")
    card = slack.thread("#ops", ts)[1]
    assert "Which team: rules differ: keyword redis (Platform), keyword checkout (Payments)" in card.plain
    assert "move" in card.menus
    assert await assignees(bot) == []


async def test_a_correction_is_learned(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "the login page shows an odd banner")
    assert (await bot.ticket()).team_source == "its words and channel"
    await slash(bot, "alice", "move CH-1 Payments")
    await report(bot, "frank", "the login page shows an odd banner again")
    assert (await bot.ticket(2)).team_source == "learned: CH-1 was moved there"
    assert await assignees(bot, 2) == ["dave"]
    await slash(bot, "erin", "undo CH-1")
    await report(bot, "frank", "odd banner on the login page shows")
    assert (await bot.ticket(3)).team_source == "its words and channel"


async def test_a_direct_message_goes_by_the_same_rules(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "erin", "ownership add component 'card reader' Payments @dave")
    await slack.dm("frank", "the card reader next to redis broke")
    await slack.until(lambda: any("is tracked for Payments" in text for text in said(slack.dms("frank"))))
    assert (await bot.ticket()).team_source == "rule: component card reader"


async def test_people_whom_a_rule_names_come_first(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "ownership add component sentinel Platform @carol")
    await report(bot, "frank", "redis sentinel is down")
    assert (await bot.ticket()).assign_reason == "named by the rule; only responder; 0 open"
    assert await assignees(bot) == ["carol"]


async def test_who_may_not_and_what_is_wrong_is_refused(slack: SlackSandbox, bot: Bot) -> None:
    refused = {
        "ownership add keyword disk Platform": "You may not change what Platform owns: that is for managers",
        "ownership remove 1": "You may not change what Platform owns",
        "ownership add keyword disk Nowhere": "Which team? Name it last, one of: Platform, Payments.",
        "ownership remove 99": "There is no rule 99.",
        "ownership add sound disk Platform": "“add sound disk Platform” is no way to use it.",
    }
    for line, answer in refused.items():
        assert (await slash(bot, "dave", line)).startswith(answer), line
    assert "fits nothing, or everything" in await slash(bot, "alice", "ownership add path ** Platform")
    assert "belongs to Platform already" in await slash(bot, "alice", "ownership add keyword redis Platform")
    assert len(await select_all(bot, OwnershipRule)) == 3


async def test_an_import_replaces_only_what_its_file_said(slack: SlackSandbox, bot: Bot, tmp_path: Path) -> None:
    await report(bot, "dave", "kafka lags")  # his address is known from now on
    for content, rules in ((CODEOWNERS, 3), (b"services/ dave@acme.example\n", 1), (CODEOWNERS, 3)):
        async with operator(bot.ctx.settings) as desk:
            done = await import_codeowners(desk, content, repository="acme/shop")
        assert done.rules == rules
        kept = [rule for rule in await select_all(bot, OwnershipRule) if rule.source == "manual"]
        assert len(kept) == 3
        assert len(await select_all(bot, OwnershipRule)) == 3 + rules
    assert done.unknown == {
        "@acme/everyone": "it is not linked: `group link acme/everyone TEAM` does it",
        "@nobody-here": "nobody here is known by that name",
        "@bobhub": "nobody here is known by that name",
    }
    await report(bot, "frank", "stack trace in services/checkout/app.py since noon")
    ticket = await bot.ticket(2)
    assert (ticket.team_source, await assignees(bot, 2)) == ("rule: path services/checkout", ["dave"])
    listed = await slash(bot, "frank", "ownership list")
    assert listed.endswith("CODEOWNERS of acme/shop: 3 lines")
    [rule] = [rule for rule in await select_all(bot, OwnershipRule) if rule.word == "checkout"]
    assert "comes from the CODEOWNERS of acme/shop" in await slash(bot, "erin", f"ownership remove {rule.id}")
