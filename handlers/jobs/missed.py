"""GitHub's deliveries that never arrived are asked for again; what does not come is found in the state of things."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from agent.github.missing import Listing, missing
from agent.github.scan import Cursor
from bot.errors import TryLater
from bot.github.failures import CallFailed, noting
from bot.github.mailbox import Missing, redeliver
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.scan import OVERLAP, PATHS, begin, scan
from storage import gaps, inbox, repositories, webhook_secrets
from storage.gaps import ASKED, Gap
from storage.repositories import Repository

log = structlog.get_logger()

PATIENCE = timedelta(minutes=2)  # until a delivery that was asked for is given up
LOOK_AGAIN = 1.0  # seconds
TRIES = 3
LOOKED = "looked at, until"  # stands among the deliveries of `asked`, so that all this is done once
AT_ONCE = 200  # deliveries asked for in one go


async def make_up(ctx: Context, run: Run, gap: Gap, *, since: datetime) -> None:
    """Fetch what GitHub sent since a moment, because of a gap; the row says how far this is, and what was refused.

    Raises:
        TryLater: something is on its way, or GitHub asks for patience; begin again then.
        CallFailed: GitHub gives no answer.
    """
    if gap.asked.get(LOOKED) == gap.until.isoformat():
        return
    await _wait_for(ctx, gap)
    known = await _concerned(ctx, gap)
    listing = await _listing(ctx, gap, known, since)
    if missed := [one for one in listing.missing if _is_worth_asking(one, gap)]:
        await _ask(ctx, gap, missed[:AT_ONCE])
        raise TryLater("deliveries are on their way", after=LOOK_AGAIN)
    unread: dict[str, str] = {}
    for repository in known:
        with noting(unread, repository.full_name):
            await _look(ctx, run, gap, repository)
    await _note(ctx, gap, listing, unread)


async def _wait_for(ctx: Context, gap: Gap) -> None:
    """Let what was asked for arrive, and be worked on: after that the state of things shows what is still missing."""
    keys = {f"github:{guid}": note for guid, note in gap.deliveries.items()}
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


async def _listing(ctx: Context, gap: Gap, known: Sequence[Repository], since: datetime) -> Listing:
    """Nothing while no delivery could be believed: it would be refused, and GitHub is asked for each three times."""
    async with ctx.db.read() as tx:
        own = ctx.settings.vault_keys and await webhook_secrets.valid(tx, now=ctx.clock())
    if not own and not ctx.settings.webhook_secrets:
        return Listing(missing=[], unlisted={}, is_deaf=True)
    is_for_all, now = gap.repository is None, ctx.clock()
    return await missing(ctx.github, ctx.db, known, since=since - OVERLAP, now=now, is_for_all=is_for_all)


def _is_worth_asking(one: Missing, gap: Gap) -> bool:
    return not one.is_pending and max(one.tries, _tries(gap.asked.get(one.guid))) < TRIES


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


async def _note(ctx: Context, gap: Gap, listing: Listing, unread: dict[str, str]) -> None:
    """Write down what came of it, so that all this is done once."""
    if listing.unlisted or unread:
        log.warning("not all is to be had", unlisted=listing.unlisted, unread=unread)
    async with ctx.db.write() as tx:
        row = await gaps.get(tx, gap.id)
        asked = row.deliveries
        row.found = len(asked)
        row.redelivered = len(await inbox.held(tx, "github", [f"github:{guid}" for guid in asked]))
        row.failed = row.found - row.redelivered + len(unread)
        refused = {f"{gaps.UNREAD}{name}": why for name, why in unread.items()}
        refused |= {f"{gaps.UNLISTED}{name}": why for name, why in listing.unlisted.items() if name not in unread}
        refused |= {gaps.DEAF: ""} if listing.is_deaf else {}
        row.asked = asked | refused | {LOOKED: gap.until.isoformat()}


async def _look(ctx: Context, run: Run, gap: Gap, repository: Repository) -> None:
    """Read the issues, pull requests and comments that changed, and count those no delivery had told of."""
    wanted = Cursor(since=gap.since - OVERLAP)
    for stream in PATHS:
        start = begin(repository, stream, otherwise=wanted)
        if gap.reason == ASKED and wanted.since < start.since:
            start = wanted
        await scan(ctx, run, repository.id, stream, start=start, gap_id=gap.id)


def _asked_at(note: str) -> datetime:
    return datetime.fromisoformat(note.partition(" ")[0])


def _tries(note: str | None) -> int:
    return int(note.partition(" ")[2]) if note else 0
