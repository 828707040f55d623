"""Chargehand's composition root: settings -> clients -> Context -> the ways in -> run. No logic lives here.

What a verb needs is imported when it runs, so that `--help` does not wait for it.
"""

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

if importlib.util.find_spec("typer") is None:
    sys.exit("This Python lacks Chargehand's dependencies: run `make setup`, then `.venv/bin/python app.py …`.")

from handlers.cli import build_cli

if TYPE_CHECKING:
    from bot.settings import Settings
    from handlers.context import Context


async def serve(  # noqa: PLR0915 - a third of the statements are imports
    settings: "Settings", *, stop: asyncio.Event, started: "Callable[[Context, int], None] | None" = None
) -> None:
    """Run everything until `stop` is set.

    Args:
        started: called once with the context and the port of /healthz when the first event could be heard.

    Raises:
        SettingsError: a token is missing or wrong, or the database belongs to another workspace.
    """
    from bot.elected import Role
    from bot.llm import open_model
    from bot.process import identity
    from bot.scheduler import Clock
    from bot.server import serve_http
    from bot.slack.client import build_app, introduce, open_client
    from bot.slack.directory import Directory
    from bot.slack.outbox import Outbox
    from bot.slack.socket import open_socket
    from bot.worker import Worker
    from handlers import jobs, slack
    from handlers.context import Context
    from handlers.jobs.failures import apologise
    from handlers.jobs.undeliverable import undeliverable
    from handlers.web import health
    from storage.database import open_database
    from storage.migrate import upgrade
    from storage.workspace import adopt

    def clock() -> datetime:
        return datetime.now(UTC)

    await asyncio.to_thread(upgrade, settings.database_path)
    async with AsyncExitStack() as opened:
        db = await opened.enter_async_context(open_database(settings.database_path))
        checks: health.Checks = {"database": db.check, "slack": health.not_connected_yet}
        register = partial(health.register, checks=checks)
        port = await opened.enter_async_context(serve_http(settings.http_host, settings.http_port, register=register))
        client = await opened.enter_async_context(open_client(settings))
        model = await opened.enter_async_context(open_model(settings))
        me = await introduce(client)
        async with db.write() as tx:
            await adopt(tx, me.workspace_id)
        ctx = Context(
            settings=settings,
            db=db,
            client=client,
            directory=Directory(client, workspace_id=me.workspace_id, clock=clock),
            workspace_id=me.workspace_id,
            bot_user_id=me.bot_user_id,
            model=model,
            clock=clock,
        )
        holder = identity()
        role = partial(Role, db, holder=holder, seconds=settings.lease_seconds, clock=clock)
        worker = Worker(
            db,
            settings,
            handlers=jobs.handlers(ctx),
            on_dead=lambda tx, job: apologise(tx, job, now=clock(), bot_user_id=me.bot_user_id),
            identity=holder,
            clock=clock,
        )
        outbox = Outbox(
            db,
            client,
            settings,
            role=role("outbox"),
            on_undeliverable=lambda tx, row, error: undeliverable(tx, row, error, now=clock()),
        )
        ticker = Clock(db, role("clock"))
        app = build_app(client, me)
        slack.register(app, ctx)
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(worker.run())
            tasks.create_task(outbox.run())
            tasks.create_task(ticker.run())
            async with open_socket(app, settings) as socket:
                checks["slack"] = socket.check
                if started:
                    started(ctx, port)
                await stop.wait()
                ticker.stop()
                worker.stop()
                await working
            outbox.stop()


if __name__ == "__main__":
    build_cli(serve)()
