"""`llm cache …`: the answers of models that are kept to be given again."""

import asyncio
from typing import Annotated

import typer

from handlers.cli.table import AsJson, listed, told

HEADS = ("purpose", "answers", "at most", "days")


def group() -> typer.Typer:
    """`cache` with its verbs."""
    cache = typer.Typer(no_args_is_help=True, help="See and forget answers that may be given again.")
    cache.command()(show)
    cache.command()(clear)
    return cache


def show(as_json: AsJson = False) -> None:
    """Count the answers that are kept, for each purpose."""
    listed(HEADS, asyncio.run(_rows()), none="No answer is kept.", as_json=as_json)


async def _rows() -> list[tuple[str, ...]]:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import llm_cache

    async with look(read_settings()) as tx:
        held = await llm_cache.held(tx)
    keeps = {purpose: llm_cache.keep_of(purpose) for purpose in held}
    return [(name, str(held[name]), str(keep.rows), str(keep.days)) for name, keep in keeps.items()]


def clear(
    purpose: Annotated[str, typer.Option(help="Only answers for this, as `show` names it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Forget the answers, so that every question is asked anew."""
    number = asyncio.run(_clear(purpose))
    told([f"{number} answers forgotten."], as_json=as_json)


async def _clear(purpose: str) -> int:
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import llm_cache

    async with operator(read_settings()) as desk:
        return await llm_cache.clear(desk.tx, purpose=purpose)
