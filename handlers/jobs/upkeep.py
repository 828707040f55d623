"""What the clock asks for every night: a backup, an end for what is old, and a note of how far the record is sealed."""

import asyncio
from functools import partial
from pathlib import Path

import structlog

from bot.worker import Run
from handlers.context import Context
from storage import backup as backups
from storage import limits, retention, seals

log = structlog.get_logger()


async def prune(ctx: Context, run: Run) -> None:
    """Drop what is older than the settings allow; tickets, receipts, audit and dead letters stay."""
    now = ctx.clock()
    for rule in retention.rules(ctx.settings.keep, now=now):
        if gone := await retention.apply(ctx.db, rule):
            log.info("dropped", what=rule.what, count=gone)
    async with run.finishing() as tx:
        await limits.prune(tx, before=now)


async def backup(ctx: Context, run: Run) -> None:
    """Copy the database into CHARGEHAND_BACKUP_DIR, if there is one, and drop the oldest copies."""
    settings = ctx.settings
    if not settings.backup_dir:
        async with run.finishing():
            return
    folder = Path(settings.backup_dir)
    make = partial(backups.make_nightly, settings.database, settings.connections, folder)
    path, manifest = await asyncio.to_thread(make, now=ctx.clock(), keep=settings.backup_keep)
    log.info("backed up", path=str(path), bytes=manifest.size)
    async with run.finishing() as tx:
        await backups.record(tx, manifest, path=path)


async def note_head(ctx: Context, run: Run) -> None:
    """Seal the record and log its head, which `audit verify --head` finds a cut tail by."""
    await seals.seal(ctx.db)
    async with run.finishing() as tx:
        if newest := await seals.head(tx):
            log.info("audit.head", sequence=newest.sequence, head=newest.hash)
