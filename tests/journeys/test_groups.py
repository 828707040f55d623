"""A team of GitHub stands for a team: who is missing is told once at night, and made good by a button."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.ownership.edit import import_codeowners
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from handlers.cli.desk import operator
from storage.audit import AuditEvent
from storage.notices import Notice
from storage.ownership import OwnershipRule
from storage.people import Membership, Person
from tests.github import hearing
from tests.journeys.test_channel_changes import night
from tests.team import DATABASES, Bot, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


@pytest.fixture
async def bot(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a token, whose admin is alice; alice, bob and dave are linked to GitHub."""
    async with hearing(github, slack, tmp_path, github_token=github.token, admins=slack.user("alice").id) as team:
        for who in ("alice", "bob", "dave"):
            await slash(team, "alice", f"link github {who} @{who}")
        yield team


async def roles(bot: Bot) -> dict[tuple[int, str], str]:
    names = {person.id: person.name for person in await select_all(bot, Person)}
    return {(one.team_id, names[one.person_id]): one.role for one in await select_all(bot, Membership)}


@BOTH
async def test_a_difference_is_told_and_made_good(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    github.set_team("platform", "alice", "dave", "mallory")
    answer = await slash(bot, "alice", "group link acme/Platform Platform")
    assert answer == "acme/Platform is linked with Platform. I compare them now, and write to you."
    asked = slack.dms("alice")[-1]
    assert asked.plain.splitlines() == [
        "acme/Platform and Platform differ.",
        "• In acme/Platform and not in Platform: @dave",
        "• In Platform and not in acme/Platform: @bob",
        "• Nobody's here, so left out: mallory",
        "• Not linked to GitHub, so left alone: @carol",
    ]
    assert asked.buttons == ["Apply"]
    before = await roles(bot)
    await night(bot, "groups")
    assert slack.dms("alice")[-1].ts == asked.ts  # it was told of that already
    assert await roles(bot) == before  # nothing is changed by itself
    await slack.click("alice", "@chargehand", asked.ts, "Apply")
    await quiet(bot)
    settled = slack.dms("alice")[-1]
    assert settled.plain == "*Platform* is as acme/Platform: @dave came as responder; @bob left."
    assert settled.buttons == []
    assert before.pop((1, "bob")) == "responder"
    assert await roles(bot) == before | {(1, "dave"): "responder"}  # alice manages it as before


@BOTH
async def test_a_new_difference_is_told_at_night_to_who_manages_the_team(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot
) -> None:
    github.set_team("payments", "dave")
    await slash(bot, "alice", "group link acme/payments Payments")
    assert slack.dms("alice")[-1].plain.startswith("acme/payments and Payments agree.")
    assert said(slack.dms("erin")) == []
    github.set_team("payments", "dave", "bob")
    await night(bot, "groups")
    await night(bot, "groups")
    [told] = said(slack.dms("erin"))
    assert "• In acme/payments and not in Payments: @bob" in told
    assert "1 missing, 0 too many" in await slash(bot, "erin", "group list")
    refused = await slash(bot, "bob", "group apply acme/payments")
    assert refused.startswith("You may not change the members of Payments: that is for managers of the team")
    assert "@bob came as responder" in await slash(bot, "erin", "group apply acme/payments")
    assert await slash(bot, "erin", "group apply acme/payments") == "Payments and acme/payments agree: nothing to do."
    gone = await slash(bot, "erin", "gruppe trenne acme/payments")
    assert gone == "acme/payments stands for Payments no more; who is in it stays in it."
    assert await slash(bot, "erin", "group") == (
        "No group is linked yet. For example `group link acme/platform Platform`."
    )
    actions = [event.action for event in await select_all(bot, AuditEvent) if event.object_kind == "group"]
    assert actions == ["link", "unlink"]


async def test_who_is_away_reads_of_a_difference_when_they_are_back(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot
) -> None:
    github.set_team("payments", "dave")
    await slash(bot, "alice", "group link acme/payments Payments")
    await slash(bot, "erin", "away 3d")
    github.set_team("payments", "dave", "bob")
    await night(bot, "groups")
    assert said(slack.dms("erin")) == []
    [waits] = [one for one in await select_all(bot, Notice) if one.state == "held"]
    assert waits.reason == "they are away"
    assert waits.text.endswith(
        "• In acme/payments and not in Payments: @bob\n`group apply acme/payments` makes it good."
    )


@BOTH
async def test_a_group_of_slack_is_followed(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "group link @oncall Payments")
    assert "@oncall and Payments agree." in slack.dms("alice")[-1].plain
    slack.regroup("oncall", "dave", "erin", "frank")
    await quiet(bot)
    assert "@oncall → Payments: 1 missing, 0 too many" in await slash(bot, "alice", "group list")
    assert said(slack.dms("erin")) == []  # by day it is only read
    await night(bot, "groups")
    told = slack.dms("erin")[-1]
    assert "• In @oncall and not in Payments: @frank" in told.plain
    await slack.click("erin", "@chargehand", told.ts, "Apply")
    await quiet(bot)
    assert "@frank came as responder" in slack.dms("erin")[-1].plain
    assert (await roles(bot))[2, "erin"] == "manager"


async def test_a_group_of_slack_is_not_changed_from_here(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    github.set_team("payments", "dave", "bob")
    refused = await slash(bot, "erin", "group link acme/payments @oncall")
    assert refused.startswith("You may not link groups with groups: that is for admins.")
    await slash(bot, "alice", "group link acme/payments @oncall")
    told = slack.dms("alice")[-1]
    assert "• In acme/payments and not in @oncall: @bob" in told.plain
    assert "• Not linked to GitHub, so left alone: @erin" in told.plain
    assert told.plain.endswith("I may not change groups of Slack: somebody has to do it there, or on GitHub.")
    assert told.buttons == []
    assert (await slash(bot, "alice", "group apply acme/payments")).startswith(
        "acme/payments is not linked with a team"
    )


async def test_without_the_scope_it_says_so(slack: SlackSandbox, bot: Bot) -> None:
    slack.scopes.discard("usergroups:read")
    await slash(bot, "alice", "group link @oncall Payments")
    why = "Slack does not let me read groups: the app lacks the scope usergroups:read (`doctor` says how it gets it)"
    assert slack.dms("alice")[-1].plain == f"@oncall and Payments are not compared: {why}."
    assert why in await slash(bot, "alice", "group list")
    slack.scopes.add("usergroups:read")
    await night(bot, "groups")
    assert "they agree" in await slash(bot, "alice", "group list")


async def test_a_button_does_what_it_was_shown_with(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    github.set_team("platform", "alice", "bob", "dave")
    await slash(bot, "alice", "group link acme/platform Platform")
    asked = slack.dms("alice")[-1]
    assert "• In acme/platform and not in Platform: @dave" in asked.plain
    github.set_team("platform", "alice")
    await night(bot, "groups")
    before = await roles(bot)
    await slack.click("alice", "@chargehand", asked.ts, "Apply")
    await quiet(bot)
    assert await roles(bot) == before
    [shown] = [message for message in slack.dms("alice") if message.ts == asked.ts]
    assert shown.plain.splitlines()[:2] == [
        "Who is in them has changed since, so nothing was done. acme/platform and Platform differ.",
        "• In Platform and not in acme/platform: @bob",
    ]
    await slack.click("alice", "@chargehand", asked.ts, "Apply")
    await quiet(bot)
    [settled] = [message for message in slack.dms("alice") if message.ts == asked.ts]
    assert settled.plain == "*Platform* is as acme/platform: @bob left."


async def test_admins_link_what_the_token_sees_and_managers_their_groups_of_slack(bot: Bot) -> None:
    refused = await slash(bot, "erin", "group link acme/payments Payments")
    assert refused.startswith("You may not link teams of GitHub: that is for admins.")
    assert (await slash(bot, "erin", "group link @oncall Payments")).startswith("@oncall is linked with Payments.")
    assert await slash(bot, "alice", "group link @oncall Platform") == (
        "@oncall is linked with Payments already. `group unlink @oncall` ends it."
    )
    assert (await slash(bot, "erin", "group unlink @oncall")).startswith("@oncall stands for Payments no more")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("group link acme/platform Nowhere", "There is no team “Nowhere”."),
        ("group apply acme/shop", "acme/shop is not linked. `group link acme/shop TEAM` does it."),
        ("group unlink acme/shop", "acme/shop is not linked."),
        ("group link @oncall @oncall", "That is the same group twice."),
    ],
)
async def test_what_cannot_be_is_refused(bot: Bot, line: str, answer: str) -> None:
    assert (await slash(bot, "alice", line)).startswith(answer)


async def test_a_team_that_github_does_not_show_is_said(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "group link acme/nobody Platform")
    assert "are not compared: GitHub shows me no such team (http_404" in slack.dms("alice")[-1].plain
    again = await slash(bot, "alice", "group link acme/nobody Payments")
    assert again.startswith("acme/nobody is linked with Platform already.")


async def test_codeowners_names_a_team_by_it(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "group link acme/payments Payments")
    lines = b"/services/checkout/ @acme/payments\n/infra/ @acme/nobody\n"
    async with operator(bot.ctx.settings) as desk:
        done = await import_codeowners(desk, lines, repository="acme/shop")
    assert done.unknown == {"@acme/nobody": "it is not linked: `group link acme/nobody TEAM` does it"}
    assert [(rule.pattern, rule.team_id) for rule in await select_all(bot, OwnershipRule) if rule.origin] == [
        ("/services/checkout/", 2),
        ("/infra/", None),
    ]
    await report(bot, "frank", "errors in services/checkout/cart.py")
    assert (await bot.ticket()).team_id == 2


async def test_owners_that_name_one_another_come_to_an_end(github: GitHubSandbox, bot: Bot) -> None:
    """Teams of GitHub may hold one another; here each name is what it is linked to, and no more."""
    for name, team in (("shop", "Platform"), ("search", "Payments")):
        github.set_team(name, "alice")
        await slash(bot, "alice", f"group link acme/{name} {team}")
    circle = b"/a/ @acme/shop\n/b/ @acme/search @acme/shop\n/c/ @acme/gone\n"
    async with operator(bot.ctx.settings) as desk:
        done = await import_codeowners(desk, circle, repository="acme/shop")
    assert done.unknown.keys() == {"@acme/gone", "@acme/search", "@acme/shop"}
    assert done.unknown["@acme/gone"] == "it is not linked: `group link acme/gone TEAM` does it"
    assert done.unknown["@acme/shop"] == "no one team is theirs"  # of the line that names both
    rules = [rule for rule in await select_all(bot, OwnershipRule) if rule.source != "manual"]
    assert len(rules) == done.rules
