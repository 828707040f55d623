"""Hears Slack and what comes in over HTTP: it stores, acknowledges, and leaves the work to the workers."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from agent.github.reconcile import notice_absence, notice_silence
from bot.health import OK, Shared, not_connected_yet
from bot.process import HEARTBEAT_SECONDS
from bot.server import Register
from bot.slack.client import Identity, build_app
from bot.slack.socket import Socket, open_socket, unconnected
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
    unconnected()
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
    async with open_socket(app, running.settings) as socket, _giving_signs(running, ctx, socket):
        running.health.ready["slack"] = Shared(socket.check)
        yield
        await asyncio.sleep(running.settings.drain_delay_s)
        await hang_up()


@asynccontextmanager
async def _giving_signs(running: Running, ctx: Context, socket: Socket) -> AsyncIterator[None]:
    """Note while inside, and at the end, that somebody hears: what comes in later than the last note is missed."""
    signs = _Signs(running, ctx.workspace_id, socket)
    async with asyncio.TaskGroup() as tasks:
        giving = tasks.create_task(signs.go_on())
        try:
            yield
        finally:
            giving.cancel()
            await signs.give_one()


@dataclass
class _Signs:
    """One process's: that it is there, and, while its connection to Slack gives signs of life, that Slack is heard."""

    running: Running
    workspace_id: str
    socket: Socket
    _heard: bool = False  # the last time

    async def go_on(self) -> None:
        """Go on until cancelled; a new connection is seen at once."""
        while True:
            await self.give_one()
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self.socket.opened.wait()

    async def give_one(self) -> None:
        """Only where Slack was not heard the last time anything can be missing: one connection may follow another."""
        was_cut_off = self.socket.opened.is_set() or not self._heard
        self.socket.opened.clear()
        self._heard = await self.socket.check() == OK
        now = self.running.clock()
        try:
            async with self.running.db.write() as tx:
                await sound.hear(tx, now=now, workspace_id=self.workspace_id)
                if self._heard and was_cut_off:
                    await notice_silence(tx, workspace_id=self.workspace_id, now=now)
                if self._heard:
                    last = now - timedelta(seconds=self.socket.age(time.time()))
                    await sound.hear_slack(tx, until=last, workspace_id=self.workspace_id)
        except StorageError as error:
            self._heard = False
            log.error("sign of life cannot be written", error=str(error)[:200])
