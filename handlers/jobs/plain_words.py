"""A resolved ticket's reason is put in plain words after it was told, so that nobody waits for the model."""

import structlog

from agent.tickets import plain_words as plain
from agent.tickets.plain_words import Wish
from agent.tickets.rewrite import rewrite
from bot.errors import ModelError
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk

LONGEST_WAIT = 20.0  # seconds: whoever has read the reason by then need not read it again
log = structlog.get_logger()


async def plain_words(ctx: Context, run: Run) -> None:
    """Put the reason of a resolved ticket in plain words for its reporter; when that fails, it stays as it was said."""
    about = (int(run.job.args["ticket_id"]), int(run.job.args["version"]))
    async with ctx.db.read() as tx:
        wish = await plain.wanted(system_desk(ctx, run, tx), *about)
    words = await _ask_model(ctx, wish) if wish else ""
    async with run.finishing() as tx:
        if words:
            await plain.show(system_desk(ctx, run, tx), *about, words)


async def _ask_model(ctx: Context, wish: Wish) -> str:
    """The plain words; empty when there are none to be had."""
    if ctx.model is None:
        return ""
    try:
        return await rewrite(
            wish.reason,
            language=wish.language,
            names=wish.names,
            model=ctx.model,
            deadline=min(ctx.settings.llm_deadline_seconds, LONGEST_WAIT),
            max_tokens=ctx.settings.llm_max_tokens,
            is_private=wish.is_private,
        )
    except ModelError as error:
        log.info("reason stays as it was said", why=str(error))
        return ""
