"""An aiosqlite connection that makes one trip to its thread for a statement; the stock cursor makes four.

Python's interpreter lock makes each trip cost more than SQLite does: this halves the CPU time of a transaction
(`python bench/intake.py` prints it per report).
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

Rows = list[Any]


class OneTripCursor:
    """What SQLAlchemy needs of a cursor. Rows are fetched with the statement, which its adapter asks for anyway."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._connection = connection
        self._rows: Rows = []

    async def __aenter__(self) -> "OneTripCursor":
        return self

    async def execute(self, statement: str, parameters: Iterable[Any] = ()) -> "OneTripCursor":
        return await self._run(lambda raw: raw.execute(statement, tuple(parameters)))

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> "OneTripCursor":
        return await self._run(lambda raw: raw.executemany(statement, parameters))

    async def fetchall(self) -> Rows:
        return self._rows

    async def close(self) -> None:
        """The raw cursor is closed with its statement."""

    async def _run(self, work: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> "OneTripCursor":
        def trip() -> None:
            raw = work(self._connection.raw)
            self.description, self._rows = raw.description, raw.fetchall() if raw.description else []
            self.rowcount, self.lastrowid = raw.rowcount, raw.lastrowid
            raw.close()

        await self._connection._execute(trip)  # type: ignore[no-untyped-call]
        return self


class OneTripConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread, with the cursor above."""

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> OneTripCursor:  # type: ignore[override]  # SQLAlchemy's adapter needs no more than this
        return OneTripCursor(self)


async def connect(path: Path) -> aiosqlite.Connection:
    """Open the file on a thread that does not keep the process alive."""
    connection = OneTripConnection(lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False), 64)
    connection._thread.daemon = True
    return await connection
