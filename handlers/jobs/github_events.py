"""GitHub's stored events, as jobs: read tolerantly, acted on once, or ignored with the reason on record."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import structlog

from agent.by_comment import hear_comment
from agent.desk import Desk
from agent.github.issues import hear_issue
from agent.github.names import as_named_today
from agent.github.pulls import hear_check, hear_pull, hear_push
from agent.github.repositories import hear_installation, hear_repository, refused
from agent.github.silence import is_old
from bot.errors import Ignored
from bot.events import (
    CheckRunEvent,
    CommentEvent,
    InstallationEvent,
    IssueEvent,
    PullEvent,
    PushEvent,
    RepositoryEvent,
)
from bot.github.parse import Event, parse
from bot.github.payload import Lacking, NotReadable, as_stored, shorten
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage import inbox
from storage.inbox import Delivery

log = structlog.get_logger()

LARGE = 256 * 1024  # bytes that are read on another thread
Heard = TypeVar("Heard", bound=Event)


async def issue(ctx: Context, run: Run) -> None:
    """An issue was opened, edited, closed, reopened, labelled or is gone; its ticket follows."""
    await _hear(ctx, run, IssueEvent, hear_issue)


async def comment(ctx: Context, run: Run) -> None:
    """Someone commented on an issue; the mirror of it learns how new it is, and a command becomes a job."""
    await _hear(ctx, run, CommentEvent, hear_comment)


async def pull(ctx: Context, run: Run) -> None:
    """A pull request changed; its mirror follows."""
    await _hear(ctx, run, PullEvent, hear_pull)


async def push(ctx: Context, run: Run) -> None:
    """A branch moved; the mirrors of its pull requests follow."""
    await _hear(ctx, run, PushEvent, hear_push)


async def check(ctx: Context, run: Run) -> None:
    """A check of a commit began or ended; the mirrors of its pull requests follow."""
    await _hear(ctx, run, CheckRunEvent, hear_check)


async def installation(ctx: Context, run: Run) -> None:
    """The App was installed, suspended or removed."""
    await _hear(ctx, run, InstallationEvent, hear_installation)


async def installation_repositories(ctx: Context, run: Run) -> None:
    """The App was given repositories, or lost some."""
    await _hear(ctx, run, InstallationEvent, hear_installation)


async def repository(ctx: Context, run: Run) -> None:
    """A repository was renamed, transferred or deleted; its settings stay with it."""
    await _hear(ctx, run, RepositoryEvent, hear_repository)


async def _hear(ctx: Context, run: Run, kind: type[Heard], act: Callable[[Desk, Heard], Awaitable[str]]) -> None:
    async with ctx.db.read() as tx:
        delivery = await inbox.get(tx, run.job.args["delivery_id"])
    try:
        event = await asyncio.to_thread(event_in, delivery) if delivery.size > LARGE else event_in(delivery)
        if event:
            event = await as_named_today(event, delivery, db=ctx.db, github=ctx.github, now=ctx.clock())
        if not isinstance(event, kind):
            raise Ignored(f"no {kind.__name__}")
    except (Lacking, NotReadable, Ignored) as problem:
        async with ctx.db.write() as tx:
            await inbox.ignore(tx, delivery.id, str(problem))
        raise Ignored(str(problem)) from None
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), surface="github", is_silent=is_old(event, ctx.clock()))
        if reason := await refused(desk, delivery.repo_id) or await act(desk, event):
            log.info("delivery.ignored", reason=reason)
            await inbox.ignore(tx, delivery.id, reason)


def event_in(delivery: Delivery) -> Event | None:
    """What a delivery tells of, if it is something to act on.

    Raises:
        Lacking, NotReadable: it cannot be read.
    """
    payload = as_stored(delivery.raw, delivery.headers)
    try:
        return parse(delivery.kind, payload)
    finally:
        shorten(payload)
