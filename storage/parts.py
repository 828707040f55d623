"""What fails within a transaction can take only its own part with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from storage.database import Tx


@asynccontextmanager
async def part(tx: Tx) -> AsyncIterator[None]:
    """Work of a transaction that can fail alone: an error undoes what it did, and the rest goes on."""
    before = {
        "last": {statement: [*rows] for statement, rows in tx.info.get("last", {}).items()},
        "wake": {*tx.info.get("wake", ())},
        "told": [*tx.info.get("told", ())],
    }
    known = {*tx.sync_session.identity_map.keys()}
    try:
        async with tx.begin_nested():
            yield
    except BaseException:
        tx.info.update(before)
        _forget(tx, known)
        raise


def _forget(tx: Tx, known: set[Any]) -> None:
    """What was read within the part may be a row that is there no more, whose number the next one gets."""
    session = tx.sync_session
    for state in session.identity_map.all_states():
        if state.key not in known and (row := state.obj()) is not None:
            session.expunge(row)
