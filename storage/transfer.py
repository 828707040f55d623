"""Moves everything to another database, a file or PostgreSQL: all of it, compared row by row, or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, inspect, select, text
from sqlmodel import SQLModel

from storage import migrate
from storage.copies import RefusedCopyError
from storage.postgres import Connections
from storage.workspace import UNKNOWN

BATCH = 1000  # rows in memory at a time
MOVED = "moved:to"  # in settings_kv of a database that was left
STAYS = {"workers"}  # who is at work on the one is nobody on the other


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database: where, how to connect, and its name for people to read."""

    where: Path | str
    connections: Connections
    name: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """How much a table holds, and the sum over its rows; two tables with the same ones hold the same."""

    table: str
    rows: int
    checksum: str


def move(source: Place, target: Place, *, tell: Callable[[Contents], None]) -> None:
    """Copy every table in one transaction of the target; the source stays as it is, but is marked as left.

    The source is marked just before the target's commit, and unmarked when that fails: at no moment would both do work.

    Raises:
        RefusedCopyError: the target holds something, or what arrived differs from what was sent.
        WrongSchemaError: the source is not at this version's schema.
    """
    if source.where == target.where:
        raise RefusedCopyError(f"{target.name} is where everything is already: name another place.")
    migrate.require_newest(source.where, source.connections)
    _refuse_filled(target)
    migrate.upgrade(target.where, target.connections)
    is_marked = is_done = False
    try:
        with _alone(target) as new, _alone(source) as old:
            _require_empty(new, target.name)
            for table in tables():
                tell(_copy(old, new, table))
            for table in tables():
                carry_numbers(old, new, table)
            _mark(old, target.name)
            is_marked = True
        is_done = True
    finally:
        if is_marked and not is_done:
            with _alone(source) as old:
                _unmark(old)


def rehearse(source: Place, target: Place, *, tell: Callable[[Contents], None]) -> None:
    """What `move` would copy, refusals included; nothing is written."""
    migrate.require_newest(source.where, source.connections)
    _refuse_filled(target)
    with _alone(source) as old:
        for table in tables():
            tell(contents(old, table))


def moved_to(where: Path | str, connections: Connections | None = None) -> str | None:
    """Where everything went, for a database that was left; None for one in use, or not there yet."""
    if migrate.version_of(where, connections) is None:
        return None
    migrate.load_tables()
    settings = SQLModel.metadata.tables["settings_kv"]
    with migrate.engine(where, connections).connect() as connection:
        found: str | None = connection.execute(select(settings.c.value).where(settings.c.key == MOVED)).scalar()
        return found


def tables() -> list[Table]:
    """All of ours, those first that others point to."""
    migrate.load_tables()
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in STAYS]


@contextmanager
def _alone(place: Place) -> Iterator[Connection]:
    """One transaction, while nobody else writes."""
    with migrate.engine(place.where, place.connections).begin() as connection:
        migrate.take_turn(connection)
        yield connection


def _refuse_filled(place: Place) -> None:
    if migrate.version_of(place.where, place.connections) is not None:
        migrate.require_newest(place.where, place.connections)
        with _alone(place) as connection:
            _require_empty(connection, place.name)


def _require_empty(connection: Connection, name: str) -> None:
    for table in tables():
        if connection.execute(select(table).limit(1)).first():
            raise RefusedCopyError(f"{name} is not empty (there are rows in {table.name}): name an empty database.")


def _copy(old: Connection, new: Connection, table: Table) -> Contents:
    sent = contents(old, table, into=new)
    arrived = contents(new, table)
    if sent != arrived:
        raise RefusedCopyError(
            f"{table.name} differs: {sent.rows} rows ({sent.checksum}) left, "
            f"{arrived.rows} ({arrived.checksum}) arrived. Nothing was moved."
        )
    return arrived


def contents(connection: Connection, table: Table, *, into: Connection | None = None) -> Contents:
    """Read a table once, in no order, and pass its rows on. The sum does not depend on the order either: databases
    sort text each in their own way."""
    rows, total = 0, 0
    query = select(table).execution_options(yield_per=BATCH)
    if table.name == "settings_kv":
        query = query.where(table.c.key != MOVED)
    fill = insert(table).values({column.name: bindparam(column.name) for column in table.c})
    for batch in connection.execute(query).mappings().partitions():
        if into is not None:
            into.execute(fill, [dict(row) for row in batch])
        rows += len(batch)
        total += sum(_digest(tuple(row.values())) for row in batch)
    return Contents(table=table.name, rows=rows, checksum=f"{total % 2**64:016x}")


def _digest(row: tuple[object, ...]) -> int:
    said = json.dumps(row, default=_plain, sort_keys=True).encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest())


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    assert isinstance(value, bytes), f"no column holds a {type(value).__name__}"
    return value.hex()


def carry_numbers(old: Connection, new: Connection, table: Table) -> None:
    """An id that was used and dropped on the source is not given again on the target: effects are keyed by ids."""
    key = table.primary_key.columns.values()[0]
    if key.type.python_type is not int:
        return
    used = max(old.execute(select(func.coalesce(func.max(key), 0))).scalar_one(), _last_number(old, table))
    if not used:
        return
    if new.dialect.name == "postgresql":
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, :key), :used)")
        new.execute(sequence, {"table": table.name, "key": key.name, "used": used})
    elif table.dialect_options["sqlite"]["autoincrement"]:
        new.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
        row = {"table": table.name, "used": used}
        new.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :used)"), row)


def _last_number(connection: Connection, table: Table) -> int:
    if connection.dialect.name == "postgresql":
        last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)")
    elif inspect(connection).has_table("sqlite_sequence"):
        last = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    else:
        return 0
    return int(connection.execute(last, {"table": table.name}).scalar() or 0)


def _mark(connection: Connection, name: str) -> None:
    _unmark(connection)
    settings = SQLModel.metadata.tables["settings_kv"]
    row = {"workspace_id": UNKNOWN, "scope": "", "key": MOVED, "value": name, "set_by": "db move"}
    connection.execute(insert(settings).values(row))


def _unmark(connection: Connection) -> None:
    settings = SQLModel.metadata.tables["settings_kv"]
    connection.execute(delete(settings).where(settings.c.key == MOVED))
