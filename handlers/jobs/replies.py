"""What people say to one another without a mention, as a job: heard where the channel wants it, kept, or offered."""

from datetime import UTC, datetime

import structlog

from agent.channels.aloud import needs_model, offer, question, speaks_of_problem
from agent.channels.unasked import is_for_me
from agent.desk import Desk
from agent.late import STALE
from agent.reports.replies import hear_reply
from agent.reports.report import was_deleted
from bot.errors import ModelError
from bot.events import Place, SlackMessage
from bot.replies import SlackReply
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import Asked, ask, event_of, serve
from handlers.jobs.messages import heed
from storage import inbox

log = structlog.get_logger()


async def reply(ctx: Context, run: Run) -> None:
    """Somebody wrote to the others in a channel."""
    said, enterprise_id = await event_of(ctx, run, SlackReply)
    if said.is_top_level:
        await _aloud(ctx, run, said, enterprise_id)
        return
    async with ctx.db.read() as tx:
        has_model = bool(ctx.settings.servers)
        is_heard = await is_for_me(tx, ctx.workspace_id, said, has_model=has_model)
    if is_heard:
        await heed(ctx, run, as_message(said), enterprise_id)
        return
    place = Place(channel_id=said.channel_id, thread_ts=said.thread_ts, message_ts=said.ts)
    asked = await ask(ctx, said.user_id, place, surface="mention", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> None:
        if not await was_deleted(desk, said.channel_id, said.ts):
            await hear_reply(desk, said.text)

    await serve(ctx, run, asked, act)


def as_message(said: SlackReply) -> SlackMessage:
    """The same words, as if they mentioned the bot."""
    return SlackMessage(
        channel_id=said.channel_id,
        user_id=said.user_id,
        ts=said.ts,
        thread_ts=said.thread_ts,
        text=said.text,
        is_dm=False,
        mentions_bot=False,
    )


async def _aloud(ctx: Context, run: Run, said: SlackReply, enterprise_id: str | None) -> None:
    """It begins a thread in a channel that is followed as a whole; what is old when it is read back is left alone."""
    is_old = ctx.clock() - datetime.fromtimestamp(float(said.ts), UTC) > STALE
    is_sure = None if needs_model(said.text) else speaks_of_problem(said.text)
    place = Place(channel_id=said.channel_id, thread_ts=said.ts, message_ts=said.ts)
    if is_old or is_sure is False:
        await _leave(run, "old" if is_old else "no problem")
        return
    asked = await ask(ctx, said.user_id, place, surface="mention", enterprise_id=enterprise_id)
    if not (is_sure or await _by_model(ctx, said, asked)):
        await _leave(run, "no problem")
        return
    permalink = await ctx.directory.permalink(said.channel_id, said.ts) or ""

    async def act(desk: Desk) -> None:
        if not await was_deleted(desk, said.channel_id, said.ts):
            await offer(desk, said.text, permalink=permalink)

    await serve(ctx, run, asked, act)


async def _leave(run: Run, reason: str) -> None:
    """It is said to the others alone: no word of it is kept."""
    async with run.finishing() as tx:
        await inbox.let_go(tx, int(run.job.args["delivery_id"]), reason)


async def _by_model(ctx: Context, said: SlackReply, asked: Asked) -> bool:
    """Whether a model is sure that it tells of a problem; not, where none answers."""
    if ctx.model is None:
        return False
    try:
        found = await ctx.model.ask(question(said.text, is_private=asked.place.is_private))
    except ModelError as error:
        log.info("not judged", channel=said.channel_id, why=str(error))
        return False
    return bool(found.parsed)
