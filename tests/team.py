"""A team at work: the sandbox's Slack, the real bot on a real database, and people to speak as."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlmodel import select

from app import serve
from bot.clock import utc_now
from bot.roles import EVERYTHING, Part
from bot.sandbox.quiet import quiet as at_rest
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from bot.sandbox.slack.seed import Seed
from bot.settings import Settings
from handlers.context import Context
from storage import audit, ownership, people, tickets, workspace
from storage.audit import AuditEvent
from storage.database import open_database
from storage.ownership import OwnershipRule
from storage.people import Person, Team
from storage.tickets import Ticket
from tests.files import make_ready, put_copy, put_newest, template

DATABASES = ["sqlite", "postgres"]
ELSEWHERE: dict[Path, str] = {}  # a story's folder -> the URL of its database, where that is no file in it
SEEDED, MEMBERS = ("#ops", "#payments"), ("alice", "bob", "carol", "dave", "erin")
COPIED: dict[tuple[str, ...], Path] = {}  # whose ids stand in it -> a file with the two teams; to make it takes a while
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Bot:
    """The running bot."""

    slack: SlackSandbox
    ctx: Context
    port: int
    stop: asyncio.Event
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def ticket(self, number: int = 1) -> Ticket:
        async with self.ctx.db.read() as tx:
            found = await tickets.by_number(tx, self.ctx.workspace_id, number)
        assert found, f"there is no CH-{number}"
        return found

    async def rows(self, query: Any) -> list[Any]:
        async with self.ctx.db.read() as tx:
            return list(await tx.exec(query))


def settings_for(slack: SlackSandbox, path: Path, **changes: Any) -> Settings:
    """Settings of a bot on the sandbox; quick limits, so that a test waits for nothing but work."""
    values: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "anthropic_api_key": None,
        "database_url": ELSEWHERE.get(path, f"sqlite:///{path / 'chargehand.db'}"),
        "http_port": 0,
        "ops_port": 0,
        "post_interval_seconds": 0.0,
        "edit_interval_seconds": 0.0,
        "edits_per_minute": 10_000,
        "effect_settle_s": 0.2,
        "ping_interval_seconds": 1.0,
        "lease_s": 3.0,
        "call_timeout_seconds": 5.0,
        "stop_button_seconds": 0.0,  # a busy machine must not add a message to a story
    }
    settings = Settings.__new__(Settings)
    BaseModel.__init__(settings, **(values | changes))  # without a look into the environment, which takes 30 ms
    return settings


def without_zones(seed: Seed) -> Seed:
    """The same people, of whom Slack tells no zone: what they leave open is as their team has it."""
    return replace(seed, users=tuple(replace(user, tz="") for user in seed.users))


async def seed_teams(settings: Settings, slack: SlackSandbox) -> None:
    """Platform (alice manages; bob, carol respond) and Payments (erin manages; dave responds)."""
    path = settings.database
    if not isinstance(path, Path) or path.exists():
        await asyncio.to_thread(make_ready, settings)
        await _seed(settings, slack)
        return
    ids = (slack.workspace_id, *(slack.channel(name).id for name in SEEDED), *(slack.user(name).id for name in MEMBERS))
    if ids not in COPIED:
        first = template("teams")
        await asyncio.to_thread(put_newest, first)
        await _seed(settings.model_copy(update={"database_url": f"sqlite:///{first}"}), slack)
        COPIED[ids] = first
    put_copy(COPIED[ids], path)


async def _seed(settings: Settings, slack: SlackSandbox) -> None:
    async with open_database(settings.database, settings.connections) as db, db.write() as tx:
        await workspace.adopt(tx, slack.workspace_id)
        await add_team(
            tx,
            slack,
            "Platform",
            channel="ops",
            keywords=["redis", "kafka"],
            manager="alice",
            responders=["bob", "carol"],
        )
        await add_team(
            tx, slack, "Payments", channel="payments", keywords=["checkout"], manager="erin", responders=["dave"]
        )


async def add_team(
    tx: Any, slack: SlackSandbox, name: str, *, channel: str, keywords: list[str], manager: str, responders: list[str]
) -> Team:
    """One team with its people, as `team add` and `person add` would make it."""
    team = Team(
        workspace_id=slack.workspace_id,
        name=name,
        slug=people.slug_of(name),
        channel_id=slack.channel(f"#{channel}").id,
        created_at=LONG_AGO,
    )
    tx.add(team)
    await tx.flush()
    said: dict[str, Any] = {"workspace_id": slack.workspace_id, "kind": "keyword", "team_id": team.id}
    await ownership.put(tx, [OwnershipRule(pattern=word, **said) for word in keywords])
    for who, role in [(manager, "manager"), *((name, "responder") for name in responders)]:
        person = await people.by_slack_id(tx, slack.workspace_id, slack.user(who).id) or Person(
            workspace_id=slack.workspace_id, slack_id=slack.user(who).id, name=who, created_at=LONG_AGO
        )
        tx.add(person)
        await tx.flush()
        await people.give_role(tx, person, team, role=role)
    return team


@asynccontextmanager
async def running(
    slack: SlackSandbox,
    settings: Settings,
    parts: frozenset[Part] = EVERYTHING,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Bot]:
    """The bot from start to a clean stop; an error in one of its tasks fails the test."""
    stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(settings, stop=stop, started=lambda ctx, port: heard.set_result((ctx, port)), parts=parts, clock=clock)
    )
    await asyncio.wait({task, heard}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    ctx, port = heard.result()
    try:
        yield Bot(slack, ctx, port, stop)
    finally:
        stop.set()
        await task


async def quiet(bot: Bot, timeout: float = 60.0) -> None:
    """Wait until everything said was heard, worked off and answered: what is not there now will not come.

    Raises:
        AssertionError: it did not come to rest in time; the text is the workspace's transcript.
    """
    try:
        await at_rest(bot.slack, bot.ctx.db, timeout=timeout)
    except TimeoutError:
        raise AssertionError(f"still busy after {timeout:g} s; people see:\n{bot.slack.transcript()}") from None


async def report(bot: Bot, who: str, text: str, *, channel: str = "#ops", thread_ts: str | None = None) -> str:
    """Say it to the bot in a channel and wait for all that follows; the message's ts."""
    ts = await bot.slack.say(who, channel, f"@chargehand {text}", thread_ts=thread_ts)
    await quiet(bot)
    return ts


async def slash(bot: Bot, who: str, text: str, *, channel: str = "#ops") -> str:
    """Type `/chargehand …` and wait for all that follows; what the person then reads, alone."""
    before = len(bot.slack.ephemerals(who))
    await bot.slack.command(who, channel, "/chargehand", text)
    await quiet(bot)
    answers = bot.slack.ephemerals(who)[before:]
    assert len(answers) == 1, f"{len(answers)} answers to /chargehand {text}"
    return answers[0].plain


async def press(slack: SlackSandbox, bot: Bot, who: str, label: str) -> None:
    """Press the newest button of this name in somebody's direct messages."""
    asked = next(message for message in reversed(slack.dms(who)) if label in message.buttons)
    await slack.click(who, "@chargehand", asked.ts, label)
    await quiet(bot)


async def audit_of(bot: Bot, ticket: Ticket) -> list[AuditEvent]:
    """The history of a ticket, oldest first."""
    async with bot.ctx.db.read() as tx:
        return await audit.of(tx, "ticket", str(ticket.id))


async def assignees(bot: Bot, number: int = 1) -> list[str]:
    """The names of those who have a ticket."""
    ticket = await bot.ticket(number)
    async with bot.ctx.db.read() as tx:
        return [person.name for person in await tickets.assignees(tx, ticket.id)]


async def make_admin(bot: Bot, *names: str) -> None:
    """Make admins of people who are known already."""
    async with bot.ctx.db.write() as tx:
        for name in names:
            (await people.the(tx, bot.slack.workspace_id, bot.slack.user(name).id)).is_admin = True


def last_change(card: str) -> str:
    """What a card says was done last, without when."""
    return card.splitlines()[-1].rpartition(", <!date^")[0]


def said(messages: list[Message]) -> list[str]:
    """What the bot says in them, as read on the screen."""
    return [message.plain for message in messages if message.bot_id]


async def select_all(bot: Bot, table: type[Any]) -> list[Any]:
    """Every row of a table."""
    return await bot.rows(select(table))
