"""`team …` and `person …`: who takes tickets; wrong input is one line with the next step."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import audit, ownership, people
from storage.database import open_database
from tests.handlers.cli.conftest import DATABASE, OPERATOR, Run
from tests.team import assignees, report, running, settings_for

pytestmark = pytest.mark.usefixtures("newest")


async def history(kind: str, object_id: str = "1") -> list[tuple[str, str, str]]:
    async with open_database(DATABASE) as db, db.read() as tx:
        return [(event.actor, event.surface, event.action) for event in await audit.of(tx, kind, object_id)]


def test_a_team_says_what_to_do_next(run: Run) -> None:
    made = run("team", "add", "Site Reliability", "--keyword", "redis", "--keyword", "kafka", "--channel", "C012ABCDEF")
    assert made.code == 0
    assert made.out.splitlines() == [
        "Team Site Reliability: keywords redis, kafka.",
        "Next: `python app.py person add --slack-id U… --team 'Site Reliability' --role responder`.",
    ]


async def test_adding_again_adds_to_it_and_each_change_is_on_record(run: Run) -> None:
    await asyncio.to_thread(run, "team", "add", "Platform", "--keyword", "redis", "--description", "runs things")
    await asyncio.to_thread(run, "team", "add", "platform", "--keyword", "kafka", "--component", "queue")
    await asyncio.to_thread(run, "team", "add", "PLATFORM", "--keyword", "redis")
    async with open_database(DATABASE) as db, db.read() as tx:
        [team] = await people.teams(tx)
        words = [await ownership.words_of(tx, team.id, kind) for kind in ("keyword", "component")]
    assert (team.name, team.description) == ("Platform", "runs things")
    assert words == [["redis", "kafka"], ["queue"]]
    assert await history("team") == [(OPERATOR, "cli", "add"), (OPERATOR, "cli", "change")]


async def test_a_person_gets_a_role_and_keeps_it_once(run: Run) -> None:
    await asyncio.to_thread(run, "team", "add", "Platform")
    place = ("--team", "platform", "--role")
    made = await asyncio.to_thread(
        run, "person", "add", "--slack-id", "U012ABCDEF", "--name", "ada", *place, "responder"
    )
    assert made.out == "ada (U012ABCDEF), responder of Platform.\n"
    again = await asyncio.to_thread(run, "person", "add", "--slack-id", "U012ABCDEF", "--admin", *place, "manager")
    assert again.out == "ada (U012ABCDEF), manager of Platform, admin.\n"
    await asyncio.to_thread(run, "person", "add", "--slack-id", "U012ABCDEF", *place, "manager")
    assert [action for _, _, action in await history("person")] == ["add", "role", "change", "role"]


def test_the_lists_show_who_is_where(run: Run) -> None:
    run("team", "add", "Platform", "--keyword", "redis")
    run("person", "add", "--slack-id", "U012ABCDEF", "--name", "[ada]", "--team", "Platform", "--role", "manager")
    run("person", "add", "--slack-id", "U012ABCDEG", "--name", "bob", "--github", "bobhub", "--admin")
    assert [" ".join(line.split()) for line in run("team", "list").out.splitlines()[1:]] == ["Platform [ada] redis"]
    assert [" ".join(line.split()) for line in run("person", "list").out.splitlines()[1:]] == [
        "[ada] U012ABCDEF manager of Platform",
        "bob U012ABCDEG admin bobhub",
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("team add Platform --channel ops", "ops is not a channel's id: it looks like C012ABCDEF"),
        ("team add ", "A team's name has 1 to 80 characters."),
        ("person add --slack-id ada", "ada is not a person's Slack id: it looks like U012ABCDEF"),
        ("person add --slack-id U012ABCDEF --team X --role manager", "There is no team X. There are: Payments."),
        ("person add --slack-id U012ABCDEF --role manager", "--team and --role go together"),
    ],
)
def test_wrong_input_is_one_line_and_changes_nothing(run: Run, command: str, said: str) -> None:
    run("team", "add", "Payments")
    refused = run(*command.split(" "))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(said)
    assert len(refused.err.splitlines()) == 1
    assert run("person", "list").out.startswith("Nobody yet")


async def test_what_is_added_before_the_first_contact_takes_tickets(
    slack: SlackSandbox, run: Run, tmp_path: Path
) -> None:
    settings = settings_for(slack, tmp_path)
    where = {"DATABASE_URL": settings.database_url}
    await asyncio.to_thread(run, "team", "add", "Platform", "--keyword", "redis", **where)
    member = ("person", "add", "--slack-id", slack.user("bob").id, "--team", "Platform", "--role", "responder")
    await asyncio.to_thread(run, *member, **where)
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        assert await assignees(bot) == [slack.user("bob").id]
