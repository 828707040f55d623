"""Every process starts on a database that it may use, is listed among those at work, and knows how well it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from structlog.contextvars import bind_contextvars

from bot import stages
from bot.elected import ROLE_SECONDS, Role
from bot.errors import SettingsError
from bot.gauges import Gauges
from bot.github.client import open_github
from bot.github.fresh import Fresh
from bot.health import WELL, Health, LastCalls, Probe, Shared, outside
from bot.limiter import Limiter
from bot.llm import open_model
from bot.llm.accounts import budgets_of
from bot.llm.marks import Marks
from bot.metrics import BACKUP_WANTED
from bot.process import at_work
from bot.roles import EVERYTHING, Part, named
from bot.settings import Settings
from bot.slack.client import Client, Identity, greet, introduce, open_client
from bot.slack.directory import Directory
from bot.spans import sent_to
from handlers.cli.version import VERSION
from handlers.context import Context
from storage import migrate, mounts, restore
from storage.database import Database, open_database
from storage.workers import Process
from storage.workspace import adopt


@dataclass(frozen=True, kw_only=True)
class Running:
    """This process, for whatever roles it has."""

    settings: Settings
    parts: frozenset[Part]
    db: Database
    process: Process
    gauges: Gauges
    health: Health
    clock: Callable[[], datetime]
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set when no further delivery may come in

    def elected(self, name: str) -> Role:
        """What only one of all processes may be at a time."""
        seconds = min(self.settings.lease_s, ROLE_SECONDS)
        return Role(self.db, name, holder=self.process.id, seconds=seconds, clock=self.clock)


@asynccontextmanager
async def start(settings: Settings, parts: frozenset[Part], *, clock: Callable[[], datetime]) -> AsyncIterator[Running]:
    """Be at work while inside.

    Raises:
        SettingsError: the database is a file on another machine's disk.
        WrongSchemaError: the process is older or newer than the schema, and not one that migrates.
        FailedCopyError: a restore was cut off, and has to be run again.
    """
    await asyncio.to_thread(prepare, settings, parts)
    async with (
        open_database(settings.database, settings.connections) as db,
        at_work(db, role=named(parts), version=VERSION, clock=clock) as process,
        sent_to(settings.otel_endpoint, worker=process.id, role=process.role, version=VERSION),
    ):
        bind_contextvars(role=process.role, worker=process.id)
        stages.watch(db)
        BACKUP_WANTED.set(bool(settings.backup_dir))
        gauges = Gauges(
            db,
            me=process.id,
            most_jobs=settings.queue_max,
            least_free_mb=settings.disk_free_mb,
            budgets=budgets_of(settings),
            clock=clock,
        )
        health = Health(db, gauges, is_draining=lambda: process.draining)
        health.dependencies |= used_by(parts, settings)
        async with health.beating():
            yield Running(
                settings=settings, parts=parts, db=db, process=process, gauges=gauges, health=health, clock=clock
            )


def used_by(parts: frozenset[Part], settings: Settings) -> dict[str, Shared | Probe | LastCalls]:
    """The services that a process with these roles calls: a clock calls none."""
    calls_any = bool(parts - {Part.CLOCK})
    return outside(github=settings.acts_on_github, llm=bool(settings.servers)) if calls_any else {}


def prepare(settings: Settings, parts: frozenset[Part], *, table: Path = mounts.TABLE) -> None:
    """Bring the schema up to date, or with a narrower role only see that it is: of many processes none should be first.

    Raises:
        SettingsError, WrongSchemaError: as above.
        FailedCopyError: a restore was cut off.
    """
    where = settings.database
    if isinstance(where, Path) and (kind := mounts.kind_of(where, table=table)) in mounts.REMOTE:
        raise SettingsError(
            f"DATABASE_URL names a file on a network file system ({kind}), where SQLite's locks do not hold and "
            "processes would damage it: use a disk of this machine, or PostgreSQL for several machines."
        )
    restore.refuse_gone(where)
    if parts == EVERYTHING:
        migrate.upgrade(where, settings.connections)
    else:
        migrate.require_newest(where, settings.connections)
    restore.cast_doubt(where, settings.connections)


@asynccontextmanager
async def _at_home(client: Client, db: Database) -> AsyncIterator[Identity]:
    """Who we are, once the database is that workspace's."""
    me = await introduce(client)
    async with db.write() as tx:
        await adopt(tx, me.workspace_id)
    yield me


@asynccontextmanager
async def meet_slack(running: Running) -> AsyncIterator[Context]:
    """Wait until Slack says who we are; what handlers work with, while inside.

    Raises:
        SettingsError: a token is missing or wrong.
        WrongWorkspaceError: the database belongs to another workspace.
    """
    settings, db, health = running.settings, running.db, running.health
    limiter, marks = Limiter(db, holder=running.process.id, clock=running.clock), Marks(db, clock=running.clock)
    async with (
        open_client(settings) as client,
        _at_home(client, db) as me,
        open_model(settings, limiter=limiter, workspace_id=me.workspace_id, marks=marks) as model,
        open_github(settings, limiter=limiter) as github,
    ):
        if model:
            health.dependencies["llm"] = LastCalls(model)
        probes = {"slack": Probe(partial(greet, client), known=WELL)}
        if settings.acts_on_github:
            probes["github"] = Probe(github.reach)
        async with health.watching(probes):
            yield Context(
                settings=settings,
                db=db,
                client=client,
                limiter=limiter,
                directory=Directory(client, workspace_id=me.workspace_id, clock=running.clock),
                workspace_id=me.workspace_id,
                bot_user_id=me.bot_user_id,
                bot_id=me.bot_id,
                model=model,
                github=github,
                clock=running.clock,
                fresh=Fresh(clock=running.clock),
            )
