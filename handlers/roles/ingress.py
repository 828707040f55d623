"""Hears Slack and what comes in over HTTP: it stores, acknowledges, and leaves the work to the workers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import structlog

from agent.github.reconcile import notice_absence
from bot.health import Shared, not_connected_yet
from bot.process import HEARTBEAT_SECONDS
from bot.server import Register
from bot.slack.client import Identity, build_app
from bot.slack.socket import open_socket
from handlers import github, slack
from handlers.context import Context
from handlers.github.door import Door
from handlers.jobs.github_facts import ask_for_facts
from handlers.roles.start import Running
from storage import sound
from storage.database import StorageError

log = structlog.get_logger()


def ways_in(running: Running) -> Sequence[Register]:
    """What this role serves over HTTP, one line for each way in; it is ready once it hears Slack."""
    running.health.ready["slack"] = Shared(not_connected_yet)
    door = Door(
        running.db,
        running.settings,
        gauges=running.gauges,
        clock=running.clock,
        is_draining=running.closing.is_set,
    )
    return (partial(github.register, door=door),)


@asynccontextmanager
async def hearing(running: Running, ctx: Context, *, hang_up: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Hear while inside. At the end nothing is refused that a balancer still sends, and nothing heard goes unanswered.

    Args:
        hang_up: ends the pages: accepts nothing new, and lets open requests finish.
    """
    app = build_app(ctx.client, Identity(ctx.workspace_id, ctx.bot_user_id, ctx.bot_id))
    slack.register(app, ctx)
    async with running.db.write() as tx:
        await notice_absence(tx, running.settings, workspace_id=ctx.workspace_id, now=running.clock())
    if running.settings.hears_github:
        await ask_for_facts(ctx)
    async with _giving_signs(running, ctx.workspace_id), open_socket(app, running.settings) as socket:
        running.health.ready["slack"] = Shared(socket.check)
        yield
        await asyncio.sleep(running.settings.drain_delay_s)
        await hang_up()


@asynccontextmanager
async def _giving_signs(running: Running, workspace_id: str) -> AsyncIterator[None]:
    """Note while inside, and at the end, that somebody hears: what comes in later than the last note is missed."""

    async def give_one() -> None:
        try:
            async with running.db.write() as tx:
                await sound.hear(tx, now=running.clock(), workspace_id=workspace_id)
        except StorageError as error:
            log.error("sign of life cannot be written", error=str(error)[:200])

    async def go_on() -> None:
        while True:
            await give_one()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async with asyncio.TaskGroup() as tasks:
        giving = tasks.create_task(go_on())
        try:
            yield
        finally:
            giving.cancel()
            await give_one()
