"""What the clock asks for: old rows are dropped once a day."""

from datetime import timedelta

from bot.worker import Run
from handlers.context import Context
from storage import inbox, outbox, queue


async def prune(ctx: Context, run: Run) -> None:
    """Drop finished work older than `keep_days`; tickets, receipts, audit and dead letters stay."""
    before = ctx.clock() - timedelta(days=ctx.settings.keep_days)
    async with run.finishing() as tx:
        await outbox.prune(tx, before=before)
        await queue.prune(tx, before=before)
        await inbox.prune(tx, before=before)
