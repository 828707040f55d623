"""GitHub's deliveries that never arrived are asked for again; what does not come is found in the state of things."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from agent.github.missing import missing
from agent.github.scan import Cursor
from bot.errors import TryLater
from bot.github.failures import CallFailed
from bot.github.mailbox import Missing, redeliver
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.scan import OVERLAP, PATHS, begin, scan
from storage import gaps, inbox, repositories
from storage.gaps import ASKED, Gap
from storage.repositories import Repository

log = structlog.get_logger()

PATIENCE = timedelta(minutes=2)  # until a delivery that was asked for is given up
LOOK_AGAIN = 1.0  # seconds
TRIES = 3
LOOKED = "looked at, until"  # stands among the deliveries of `asked`, so that all this is done once
AT_ONCE = 200  # deliveries asked for in one go


async def make_up(ctx: Context, run: Run, gap: Gap) -> None:
    """Fetch what GitHub sent during a gap; the row says how far this is.

    Raises:
        TryLater: something is on its way, or GitHub asks for patience; begin again then.
        CallFailed: GitHub gives no answer.
    """
    if gap.asked.get(LOOKED) == gap.until.isoformat():
        return
    await _wait_for(ctx, gap)
    known = await _concerned(ctx, gap)
    if missed := await _to_ask(ctx, gap, known):
        await _ask(ctx, gap, missed[:AT_ONCE])
        raise TryLater("deliveries are on their way", after=LOOK_AGAIN)
    await _count(ctx, gap)
    for repository in known:
        await _look(ctx, run, gap, repository)
    async with ctx.db.write() as tx:
        row = await gaps.get(tx, gap.id)
        row.asked = row.asked | {LOOKED: gap.until.isoformat()}


async def _wait_for(ctx: Context, gap: Gap) -> None:
    """Let what was asked for arrive, and be worked on: after that the state of things shows what is still missing."""
    keys = {f"github:{guid}": note for guid, note in gap.asked.items() if guid != LOOKED}
    async with ctx.db.read() as tx:
        held = await inbox.held(tx, "github", keys)
        is_busy = await inbox.is_busy(tx, "github", held)
    waiting = [note for key, note in keys.items() if key not in held and ctx.clock() - _asked_at(note) < PATIENCE]
    if waiting or is_busy:
        raise TryLater("deliveries are on their way", after=LOOK_AGAIN)


async def _concerned(ctx: Context, gap: Gap) -> list[Repository]:
    async with ctx.db.read() as tx:
        known = await repositories.connected(tx)
    return [one for one in known if gap.repository in {None, one.full_name}]


async def _to_ask(ctx: Context, gap: Gap, known: Sequence[Repository]) -> list[Missing]:
    is_for_all, since = gap.repository is None, gap.since - OVERLAP
    missed = await missing(ctx.github, ctx.db, known, since=since, now=ctx.clock(), is_for_all=is_for_all)
    return [one for one in missed if max(one.tries, _tries(gap.asked.get(one.guid))) < TRIES and not one.is_pending]


async def _ask(ctx: Context, gap: Gap, missed: Sequence[Missing]) -> None:
    """Note first, then ask: who comes after a crash waits for the answer instead of asking twice."""
    now = ctx.clock().isoformat()
    async with ctx.db.write() as tx:
        row = await gaps.get(tx, gap.id)
        row.asked = row.asked | {one.guid: f"{now} {_tries(row.asked.get(one.guid)) + 1}" for one in missed}
    for one in missed:
        try:
            await redeliver(ctx.github, one)
        except CallFailed as failed:
            if not failed.is_final:
                raise
            log.warning("redelivery refused", guid=one.guid, error=str(failed))


async def _count(ctx: Context, gap: Gap) -> None:
    async with ctx.db.write() as tx:
        row = await gaps.get(tx, gap.id)
        asked = [f"github:{guid}" for guid in row.asked if guid != LOOKED]
        row.found, row.redelivered = len(asked), len(await inbox.held(tx, "github", asked))
        row.failed = row.found - row.redelivered


async def _look(ctx: Context, run: Run, gap: Gap, repository: Repository) -> None:
    """Read the issues, pull requests and comments that changed, and count those no delivery had told of."""
    wanted = Cursor(since=gap.since - OVERLAP)
    for stream in PATHS:
        start = begin(repository, stream, otherwise=wanted)
        if gap.reason == ASKED and wanted.since < start.since:
            start = wanted
        try:
            await scan(ctx, run, repository.id, stream, start=start, gap_id=gap.id)
        except CallFailed as failed:
            if not failed.is_final:
                raise
            log.warning("repository not read", repository=repository.full_name, error=str(failed))
            return


def _asked_at(note: str) -> datetime:
    return datetime.fromisoformat(note.partition(" ")[0])


def _tries(note: str | None) -> int:
    return int(note.partition(" ")[2]) if note else 0
