"""Puts a backup in the place of the database, which is set aside, never deleted."""

import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage import backup, doubt, dump, file, migrate
from storage.backup import TIME, Manifest
from storage.copies import FailedCopyError, RefusedCopyError
from storage.database import file_of
from storage.postgres import Connections, is_postgres


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back, where the former database is kept (None: there was none), and how much is in doubt."""

    manifest: Manifest
    kept: Path | None
    doubtful: int


def restore(where: Path | str, connections: Connections, path: Path, *, now: datetime) -> Restored:
    """Check a backup, set the present database aside, and put the backup in its place at this version's schema.

    Nobody may be at work. What was unfinished at the backup is in doubt afterwards (storage/doubt.py).

    Raises:
        RefusedCopyError: the backup is not whole, or of the other kind of database.
        WrongSchemaError: a later version of Chargehand made it.
        FailedCopyError: it cannot be put back; the present database is in use still.
    """
    manifest = backup.verified(path)
    kind = "postgresql" if is_postgres(where) else "sqlite"
    if manifest.database != kind:
        raise RefusedCopyError(
            f"{path} is a backup of {manifest.database} and DATABASE_URL names {kind}: "
            f"restore it to a {manifest.database} database, then `db move` it."
        )
    migrate.load_tables()
    migrate.refuse_later(manifest.schema)
    if is_postgres(where):
        return _to_server(str(where), connections, path, manifest, now)
    return _to_file(where if isinstance(where, Path) else file_of(where), path, manifest, now)


def _to_file(target: Path, path: Path, manifest: Manifest, now: datetime) -> Restored:
    """All work is done on a copy beside the target; then two renames."""
    fresh = _fresh(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    file.remove(fresh)
    shutil.copyfile(path, fresh)
    fresh.chmod(0o600)
    found = file.inspect(fresh)
    if found.problems or found.counts != manifest.counts:
        raise FailedCopyError(f"{path} does not hold what its manifest says: take another backup.")
    migrate.upgrade(fresh)
    with migrate.engine(fresh).begin() as connection:
        doubtful = doubt.cast(connection, since=manifest.taken_at)
    file.settle(fresh)
    if target.exists():
        with suppress(sqlite3.DatabaseError):  # damaged: it is set aside as it is
            file.settle(target)
    is_there = any(target.with_name(target.name + end).exists() for end in file.ENDS)
    kept = target.with_name(f"{target.name}.before-{now.strftime(TIME)}") if is_there else None
    if kept:
        file.rename(target, kept)
    file.rename(fresh, target)
    return Restored(manifest=manifest, kept=kept, doubtful=doubtful)


def _fresh(target: Path) -> Path:
    return target.with_name(target.name + ".restoring")


def _to_server(url: str, connections: Connections, path: Path, manifest: Manifest, now: datetime) -> Restored:
    kept = None
    if migrate.version_of(url, connections) is not None:
        kept = path.with_name(f"{path.stem}.before-{now.strftime(TIME)}.dump")
        backup.make(url, connections, kept, now=now)
    dump.put_back(url, connections, path, taken_at=manifest.taken_at)
    migrate.upgrade(url, connections)
    return Restored(manifest=manifest, kept=kept, doubtful=cast_doubt(url, connections))


def refuse_gone(where: Path | str) -> None:
    """See that no restore to a file was cut off when nothing stood in its place.

    Raises:
        FailedCopyError: one was; an empty database would hide it.
    """
    if not isinstance(where, Path) or where.exists() or not (fresh := _fresh(where)).exists():
        return
    kept = max(where.parent.glob(f"{where.name}.before-*"), default=None)
    former = f" What was there is kept as {kept}." if kept else ""
    raise FailedCopyError(
        f"A restore to {where} was cut off: run `python app.py db restore` again, or delete {fresh}.{former}"
    )


def cast_doubt(where: Path | str, connections: Connections) -> int:
    """What a restore that was cut off had still to do with its tables, at the newest schema; how much is in doubt."""
    migrate.load_tables()
    with migrate.engine(where, connections).begin() as connection:
        migrate.take_turn(connection)
        return doubt.overdue(connection)
