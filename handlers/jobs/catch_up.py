"""What was said to the bot while it was away: read back from Slack, and heard once, as if it had just been said."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import TryLater
from bot.events import SlackMessage
from bot.replies import SlackReply
from bot.slack.client import CallFailed
from bot.slack.history import as_event, own_channels, said_since
from bot.slack.parse import parse
from bot.worker import Run
from handlers.context import Context
from handlers.envelope import arrival_of
from handlers.intake import Arrival, store_found
from handlers.overheard import overheard
from storage import gaps, thread_links
from storage.database import Tx
from storage.gaps import Gap

log = structlog.get_logger()

OVERLAP = timedelta(minutes=5)  # events may have been on their way
READS = 40  # a minute: Slack allows 50, and people's questions need some
PAUSE = timedelta(minutes=1)


async def catch_up(ctx: Context, run: Run, gap: Gap) -> None:
    """Hear what was said during a gap; the row says where it has been looked for.

    Raises:
        TryLater: there is more to read, or Slack asks for patience; begin again then.
    """
    oldest = max(gap.since - OVERLAP, ctx.clock() - timedelta(hours=ctx.settings.slack_catchup_h))
    try:
        asked = gap.asked or await _note_places(ctx, gap)
        left = [place for place, at in asked.items() if not at or datetime.fromisoformat(at) < gap.until]
        lately = [at for at in asked.values() if at and ctx.clock() - datetime.fromisoformat(at) < PAUSE]
        room = max(0, READS - len(lately))
        for place in left[:room]:
            await _read(ctx, run, gap, place, oldest)
    except CallFailed as failure:
        raise TryLater(f"Slack: {failure}", after=failure.retry_after) from failure
    if left[room:]:
        raise TryLater("there is more to read", after=PAUSE.total_seconds())


async def _note_places(ctx: Context, gap: Gap) -> dict[str, str]:
    """Where to look, each with the time when that was done (empty: not yet)."""
    places = dict.fromkeys(await _places(ctx), "")
    async with ctx.db.write() as tx:
        (await gaps.get(tx, gap.id)).asked = places
    return places


async def _places(ctx: Context) -> list[str]:
    """Channels, and threads of open tickets as `channel/first message`; replies do not show in a channel's history."""
    channels = await own_channels(ctx.client)
    async with ctx.db.read() as tx:
        threads = await thread_links.of_open_tickets(tx)
    return [*channels, *(f"{channel}/{ts}" for channel, ts in threads if channel in channels)]


async def _read(ctx: Context, run: Run, gap: Gap, place: str, oldest: datetime) -> None:
    channel_id, _, thread_ts = place.partition("/")
    since = oldest.timestamp()
    messages = await said_since(ctx.client, channel_id, oldest=since, thread_ts=thread_ts or None)
    async with ctx.db.read() as tx:
        found = [await _arrival(ctx, tx, run, channel_id, message) for message in messages]
    arrivals = [arrival for arrival in found if arrival]
    async with ctx.db.write() as tx:
        new = await store_found(tx, arrivals, by=run.job, now=ctx.clock())
        row = await gaps.get(tx, gap.id)
        row.asked = row.asked | {place: ctx.clock().isoformat()}
        row.found, row.redelivered = row.found + len(new), row.redelivered + len(new)
    if new:
        log.info("slack.caught_up", channel=channel_id, found=len(new))


async def _arrival(ctx: Context, tx: Tx, run: Run, channel_id: str, message: dict[str, Any]) -> Arrival | None:
    """A message that is for the bot, or a reply in a ticket's thread; everything else is not kept."""
    body = as_event(message, channel_id, workspace_id=ctx.workspace_id)
    incoming = await overheard(tx, ctx, parse(body, bot_user_id=ctx.bot_user_id), body)
    if not isinstance(incoming.event, SlackMessage | SlackReply):
        return None
    return arrival_of(ctx, incoming, body, found_by=run.job)
