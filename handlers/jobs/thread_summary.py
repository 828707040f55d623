"""What a long thread said is summed up for whatever is asked there next, while nobody waits for it."""

import structlog

from agent.memory import extend
from bot.errors import ModelError
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk

log = structlog.get_logger()


async def thread_summary(ctx: Context, run: Run) -> None:
    """Extend it by a piece; when that leaves more than there should be, another job does the next one."""
    channel_id, thread_ts = run.job.args["channel_id"], run.job.args["thread_ts"]
    is_private = bool(run.job.args["is_private"])
    async with ctx.db.read() as tx:
        wish = await extend.wanted(system_desk(ctx, run, tx), channel_id, thread_ts)
    text = ""
    if wish and ctx.model:
        try:
            text = str((await ctx.model.ask(wish.question(is_private=is_private))).parsed)
        except ModelError as error:
            log.info("thread not summed up", why=str(error))
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        if wish and text and await extend.keep(desk, channel_id, thread_ts, wish, text):
            await extend.ask_for(desk, channel_id, thread_ts, is_private=is_private)
