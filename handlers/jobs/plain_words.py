"""A resolved ticket's reason is put in plain words after it was told, so that nobody waits for the model."""

from agent.narration.plain import Reader, plain
from agent.tickets import plain_words as reasons
from agent.tickets.plain_words import Wish
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk

LONGEST_WAIT = 20.0  # seconds: whoever has read the reason by then need not read it again


async def plain_words(ctx: Context, run: Run) -> None:
    """Put the reason of a resolved ticket in plain words for its reporter; when that fails, it stays as it was said."""
    about = (int(run.job.args["ticket_id"]), int(run.job.args["version"]))
    async with ctx.db.read() as tx:
        wish = await reasons.wanted(system_desk(ctx, run, tx), *about)
    words = await _in_plain_words(ctx, wish) if wish else ""
    async with run.finishing() as tx:
        if wish and words != wish.reason:
            await reasons.show(system_desk(ctx, run, tx), *about, words)


async def _in_plain_words(ctx: Context, wish: Wish) -> str:
    return await plain(
        wish.reason,
        Reader(language=wish.language, names=wish.names, is_private=wish.is_private),
        model=ctx.model,
        deadline=min(ctx.settings.llm_deadline_seconds, LONGEST_WAIT),
        max_tokens=ctx.settings.llm_max_tokens,
    )
