"""Does the jobs, and sends what they have to say to Slack."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.slack.outbox import Outbox
from bot.worker import Worker
from handlers import jobs
from handlers.context import Context
from handlers.feed import feeding
from handlers.jobs.failures import buried
from handlers.jobs.undeliverable import undeliverable
from handlers.roles.start import Running


@asynccontextmanager
async def working(running: Running, ctx: Context) -> AsyncIterator[None]:
    """Work while inside; at the end running jobs may finish, and then what is on its way to Slack is awaited."""
    db, settings, clock = running.db, running.settings, running.clock
    worker = Worker(
        db,
        settings,
        kinds=jobs.kinds(ctx),
        on_dead=partial(buried, ctx),
        identity=running.process.id,
        clock=clock,
    )
    outbox = Outbox(
        db,
        ctx.client,
        settings,
        role=running.elected("outbox"),
        on_undeliverable=lambda tx, row, error: undeliverable(tx, row, error, now=clock(), language=settings.language),
    )
    async with asyncio.TaskGroup() as tasks:
        jobs_end = tasks.create_task(worker.run())
        tasks.create_task(outbox.run())
        stop = asyncio.Event()
        tasks.create_task(feeding(db, most=settings.queue_max, clock=clock, stop=stop))
        yield
        stop.set()
        worker.stop()
        await jobs_end
        outbox.stop()
