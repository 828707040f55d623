"""`ticket VERB …` runs what people type in Slack, in somebody's name; what is read has a form for programs."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import audit, tickets
from storage.database import open_database
from tests.handlers.cli.conftest import Run
from tests.team import report, running, seed_teams, settings_for

DATABASE = Path("data/chargehand.db")
READ = (
    "ticket list --as bob",
    "person list",
    "team list",
    "team show Platform",
    "ownership list",
    "ownership test redis",
    "sla show Platform",
    "sla set Platform high ack=2h",
    "reminders list",
    "reminders list --person bob",
    "reminders preview --days 3",
    "reminders sent",
    "digest preview --person bob",
    "calendar check Platform --from 2026-03-27 --to 2026-03-31",
    "audit verify",
    "audit head",
    "access matrix",
)


@pytest.fixture
async def reported(slack: SlackSandbox, tmp_path: Path) -> None:
    """A report has become CH-1, and the bot is gone."""
    settings = settings_for(slack, tmp_path / "data")
    await seed_teams(settings, slack)
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")


async def said(run: Run, *words: str) -> tuple[int, str]:
    done = await asyncio.to_thread(run, *words)
    return done.code, (done.out + done.err).strip()


@pytest.mark.usefixtures("reported")
async def test_a_ticket_is_worked_off_from_the_command_line(run: Run) -> None:
    for who, line, answer in [
        ("bob", "start CH-1", "CH-1 is in progress, started by @bob at the command line."),
        ("alice", "assign CH-1 @carol", "CH-1 Redis is down: @bob → @carol."),
        (
            "carol",
            "resolve CH-1 failed over",
            "CH-1 resolved by @carol at the command line after less than a minute: failed over",
        ),
    ]:
        assert await said(run, "ticket", *line.split(), "--as", who) == (0, answer)
    async with open_database(DATABASE) as db, db.read() as tx:
        ticket = await tickets.get(tx, 1)
        last = (await audit.of(tx, "ticket", "1"))[-1]
    assert (ticket.status, last.surface, last.action) == ("resolved", "cli", "status")


@pytest.mark.usefixtures("reported")
@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ("list --as bob", 0, "1 open ticket"),
        ("show CH-1 --as frank", 0, "Status: Open"),
        ("close CH-1 no more --as frank", 1, "You may not close CH-1: that is for managers of the team and admins."),
        ("show CH-7 --as bob", 2, "There is no CH-7 that you can see."),
        ("clame CH-1 --as bob", 2, "claim"),
        ("list --as nobody", 2, "Nobody is called nobody"),
        ("list", 2, "Missing option '--as'"),
        ("report the disk is full --as frank", 2, "A report needs a channel it came from."),
        ("report the disk is full --as frank --channel C0OPS", 0, "is tracked"),
    ],
)
async def test_what_may_not_be_is_one_line(run: Run, words: str, code: int, answer: str) -> None:
    ended, text = await said(run, "ticket", *words.split())
    assert ended == code
    assert answer in text


@pytest.mark.usefixtures("reported")
async def test_all_that_is_read_has_a_form_for_programs(run: Run) -> None:
    for words in READ:
        code, text = await said(run, *words.split(), "--json")
        assert code == 0, words
        assert isinstance(json.loads(text), list | dict), words


@pytest.mark.usefixtures("reported")
async def test_what_was_sent_is_shown_with_its_reason(run: Run) -> None:
    _, text = await said(run, "reminders", "sent", "--person", "bob", "--json")
    [row] = json.loads(text)
    assert (row["to"], row["what"], row["ticket"], row["why"]) == ("bob", "given", "CH-1", "nothing spoke against it")


@pytest.mark.usefixtures("reported")
async def test_a_policy_is_set_where_it_is_right(run: Run) -> None:
    _, before = await said(run, "sla", "show", "Platform")
    code, text = await said(run, "sla", "set", "Platform", "high", "ack=2x")
    assert (code, text) == (2, "“2x” is no time to allow: write it as in `15m`, `4h` or `2d`, or `off`.")
    assert await said(run, "sla", "show", "Platform") == (0, before)
    _, text = await said(run, "sla", "set", "Platform", "high", "ack=2h", "resolve=off")
    assert "• high: acknowledge 2h, resolve off, business" in text
