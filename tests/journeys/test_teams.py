"""Teams are made, changed and taken back in Slack; whoever may not is told who could."""

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage import memberships, people
from storage.audit import AuditEvent
from storage.people import Person, Team
from storage.settings_kv import Setting
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    quiet,
    report,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
REFUSED = [
    ("bob", "team create Search", "You may not create a team: that is for admins."),
    ("bob", "team set Platform capacity 5", "You may not change the settings of Platform: that is for managers of"),
    ("bob", "team rename Platform to Core", "You may not rename Platform: that is for managers of the team and admins"),
    ("alice", "team delete Platform", "You may not delete Platform: that is for admins."),
    ("alice", "team restore Platform", "You may not restore a team: that is for admins."),
    ("alice", "team member add Payments @bob", "You may not change the members of Payments: that is for managers"),
    ("alice", "team member add Platform @bob manager", "You may not change who manages Platform: that is for admins."),
    ("alice", "team member remove Platform @alice", "You may not change who manages Platform: that is for admins."),
    ("alice", "team set Platform capacity -1", "“-1” is no value of `capacity`: write 1 to 999, or `default`."),
    ("alice", "team set Platform notices some", "“some” is no value of `notices`: write all|important|none, or"),
    ("bob", "me set zone Mars/X", "“Mars/X” is no time zone."),
    ("alice", "team set Platform capacty 5", "“capacty” is no setting. There is `capacity`"),
    ("alice", "team set Platform channel @bob", "“@bob” is no value of `channel`: write #channel, or `default`."),
    ("alice", "team set Nobody capacity 5", "There is no team “Nobody capacity 5”. Teams: Platform, Payments."),
    ("alice", "team rename Platform to payments", "There is a team Payments already."),
    ("alice", "team member add Platform @carl", "I do not know @carl. Did you mean @carol? Pick a person from"),
    ("alice", "team member add Platform nobody@acme.example", "I do not know @nobody@acme.example. Pick a person"),
    (
        "alice",
        "team member role Platform @bob",
        "Which role? `team member role Platform @bob viewer|responder|manager`",
    ),
    ("alice", "team member remove Platform @dave", "@dave is not in Platform."),
    ("alice", "team member add", "“member add” is no way to use it. Usage: `team"),
    ("frank", "team create Platform", "There is a team Platform already."),
    ("frank", "team delete Platform to Platform", "A team cannot inherit from itself."),
    ("frank", "team restore Nobody", "No team “Nobody” was deleted."),
    (
        "frank",
        "person admin @frank off",
        "@frank is the last admin: `person admin @someone on` makes another one first.",
    ),
    ("bob", "person admin @bob on", "You may not say who is an admin: that is for admins."),
]


@pytest.fixture
async def bot(slack: SlackSandbox, bot: Bot) -> Bot:
    """Its admin is frank, who was never heard of."""
    async with bot.ctx.db.write() as tx:
        frank = Person(workspace_id=slack.workspace_id, slack_id=slack.user("frank").id, name="frank")
        frank.created_at, frank.is_admin = bot.ctx.clock(), True
        tx.add(frank)
    return bot


async def roles(bot: Bot, name: str) -> dict[str, str]:
    """Who is in a team, and as what."""
    async with bot.ctx.db.read() as tx:
        team = await people.team_named(tx, name)
        assert team, f"there is no team {name}"
        return {person.name: role for person, role in await memberships.roles_in(tx, team.id)}


async def changes(bot: Bot) -> list[str]:
    """What is on record besides tickets, oldest first."""
    events = await bot.rows(select(AuditEvent).order_by(col(AuditEvent.id)))
    return [event.action for event in events if event.object_kind in {"team", "person"}]


async def test_what_may_not_be_or_makes_no_sense_is_said_and_changes_nothing(bot: Bot) -> None:
    before = [team.model_dump() for team in await select_all(bot, Team)]
    for who, line, refusal in REFUSED:
        assert (await slash(bot, who, line)).startswith(refusal), line
    assert [team.model_dump() for team in await select_all(bot, Team)] == before
    assert set(await changes(bot)) <= {"refused"}
    assert not [row for row in await select_all(bot, Setting) if row.scope]


@BOTH
async def test_a_team_is_made_filled_and_renamed(bot: Bot) -> None:
    made = await slash(bot, "frank", "team create Site Reliability")
    assert made.startswith("Team Site Reliability is there. Next: `team member add Site Reliability @someone manager`")
    added = await slash(bot, "frank", "team member add Site Reliability @carol manager")
    assert added == "@carol is manager of Site Reliability now."
    assert await slash(bot, "carol", "team member add site reliability @dave") == (
        "@dave is responder of Site Reliability now."
    )
    assert await slash(bot, "carol", "team rename Site Reliability to SRE") == "Site Reliability is called SRE now."
    await slash(bot, "carol", "team describe SRE Alarms & on-call")
    assert (
        await slash(bot, "carol", "team member role SRE @dave viewer")
        == "@dave is viewer of SRE now, and was responder."
    )
    assert await roles(bot, "sre") == {"carol": "manager", "dave": "viewer"}
    gone = await slash(bot, "carol", "team member remove SRE @dave")
    assert gone == "@dave is no viewer of SRE any more. `team member add SRE @dave viewer` undoes it."
    team = next(team for team in await select_all(bot, Team) if team.name == "SRE")
    assert team.description == "Alarms & on-call"
    shown = await slash(bot, "bob", "team show SRE")
    assert shown.splitlines()[0] == "*SRE*: @carol (manager); 0 open."
    assert "• `notices`: important (default) – what its managers are told of at once" in shown
    assert await changes(bot) == ["add", "role", "role", "rename", "set", "role", "role"]


@BOTH
async def test_somebody_is_added_by_e_mail_or_slack_id_before_they_ever_wrote(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        await tx.delete(await people.the(tx, slack.workspace_id, slack.user("frank").id))
    await slash(bot, "alice", f"team member add Platform {slack.user('frank').id}")
    await slash(bot, "alice", "team member remove Platform @frank")
    answer = await slash(bot, "alice", "team member add Platform frank@acme.example viewer")
    assert answer == "@frank is viewer of Platform now."
    assert (await roles(bot, "Platform"))["frank"] == "viewer"
    guest = await slash(bot, "alice", "team member add Platform gus@agency.example")
    assert guest == "@gus is a guest, or of another organisation: they take no tickets."


@BOTH
async def test_a_team_with_open_tickets_goes_once_there_is_an_heir(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "bob", "redis is down")
    await report(bot, "bob", "kafka lags")
    await slack.command("frank", "#ops", "/chargehand", "team delete Platform")
    await quiet(bot)
    asked = slack.ephemerals("frank")[-1]
    assert asked.plain.startswith("Platform has 2 open tickets. Who gets them?")
    await slack.select_ephemeral("frank", action="team", choice="Payments")
    await quiet(bot)
    assert [await assignees(bot, number) for number in (1, 2)] == [["dave"], ["dave"]]
    assert {(await bot.ticket(number)).team_id for number in (1, 2)} == {2}
    assert "*CH-1* Redis is down is yours (team Payments)." in said(slack.dms("dave"))[0]
    assert "Platform" not in await slash(bot, "bob", "team")
    assert (await slash(bot, "bob", "claim CH-1")).startswith("You may not claim CH-1")
    assert (await slash(bot, "frank", "team create Platform")).startswith("There was a team Platform: `team restore")
    assert (await slash(bot, "frank", "team restore platform")).startswith("Team Platform is back")
    assert await roles(bot, "Platform") == {"alice": "manager", "bob": "responder", "carol": "responder"}


async def test_the_only_team_keeps_its_open_tickets(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "team delete Payments")
    await report(bot, "dave", "redis is down")
    refused = await slash(bot, "frank", "team delete Platform")
    assert refused == "Platform has 1 open ticket: `team delete Platform to TEAM` gives them to another team first."
    assert await roles(bot, "Platform")


@BOTH
async def test_a_teams_capacity_counts_for_who_set_none(bot: Bot) -> None:
    await slash(bot, "alice", "team set Platform capacity 1")
    await slash(bot, "bob", "capacity 3")
    assert await slash(bot, "carol", "capacity") == "*You*: 0 open tickets, of at most 1."
    for number in range(4):
        await report(bot, "frank", f"redis node {number} is down")
    assert [await assignees(bot, number) for number in (1, 2, 3, 4)] == [["bob"], ["carol"], ["bob"], ["bob"]]
    await slash(bot, "alice", "team set Platform capacity default")
    assert await slash(bot, "carol", "capacity") == "*You*: 1 open ticket, no limit."


@BOTH
async def test_a_team_may_weigh_tickets_by_priority(bot: Bot) -> None:
    await slash(bot, "alice", "team set Platform load weighted")
    await report(bot, "frank", "redis is down, everything is broken for everyone")
    await slash(bot, "alice", "priority CH-1 critical")
    assert await assignees(bot, 1) == ["bob"]
    for number in (2, 3, 4):
        await report(bot, "frank", f"redis dashboard {number} has a typo")
        await slash(bot, "alice", f"priority CH-{number} low")
    assert [await assignees(bot, number) for number in (2, 3, 4)] == [["carol"]] * 3
    assert (await bot.ticket(4)).assign_reason == "least to do by priority: 2; @bob has 4"
    compared = await slash(bot, "alice", "why CH-4 not @bob")
    assert "@bob had 1 open, weighed as 4, @carol 2 open, weighed as 2" in compared


@pytest.mark.parametrize("way", ["direct message", "mention", "slash"])
async def test_it_can_be_said_in_every_way_and_in_german(slack: SlackSandbox, bot: Bot, way: str) -> None:
    line = "team mitglied hinzufügen Platform @dave viewer"
    match way:
        case "slash":
            await slash(bot, "alice", line)
        case "mention":
            await report(bot, "alice", line)
        case _:
            await slack.dm("alice", line)
            await quiet(bot)
    assert (await roles(bot, "Platform"))["dave"] == "viewer"


async def test_words_about_a_team_are_a_report(bot: Bot) -> None:
    await report(bot, "frank", "team page is down since noon, redis errors everywhere")
    assert (await bot.ticket()).title


@BOTH
async def test_there_is_always_an_admin(bot: Bot) -> None:
    assert await slash(bot, "frank", "person admin @erin on") == "@erin is an admin now."
    assert await slash(bot, "erin", "person admin @frank off") == "@frank is no admin now."
    assert (await slash(bot, "erin", "person admin @erin off")).startswith("@erin is the last admin")


@BOTH
async def test_people_set_what_they_want_and_managers_may_for_their_team(bot: Bot) -> None:
    assert await slash(bot, "bob", "me set language de") == "• `language`: de – Sprache, in der du angesprochen wirst"
    await slash(bot, "bob", "me set language default")
    await slash(bot, "alice", "person set @bob wake_for_critical on")
    await slash(bot, "bob", "me set zone Europe/Berlin")
    shown = await slash(bot, "alice", "person show @bob")
    assert "Hours: Mon-Fri 09:00-18:00, times of Europe/Berlin" in shown
    assert "• `wake_for_critical`: on – whether a critical ticket reaches you outside your hours" in shown
    refused = await slash(bot, "dave", "person set @bob language en")
    assert refused.startswith("You may not change the settings of @bob: that is for the person themselves")
    assert [(row.key, row.value) for row in await select_all(bot, Setting) if row.scope] == [
        ("wake_for_critical", "on")
    ]
    wrong = await slash(bot, "bob", "me set digest.time 25:00")
    assert wrong == "“25:00” is no value of `digest.time`: write 08:30|off, or `default`."
