"""What fails within a transaction can take only its own part with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.database import Tx


@asynccontextmanager
async def part(tx: Tx) -> AsyncIterator[None]:
    """Work of a transaction that can fail alone: an error undoes what it did, and the rest goes on."""
    before = {
        "last": {statement: [*rows] for statement, rows in tx.info.get("last", {}).items()},
        "wake": {*tx.info.get("wake", ())},
        "told": [*tx.info.get("told", ())],
    }
    try:
        async with tx.begin_nested():
            yield
    except BaseException:
        tx.info.update(before)
        raise
