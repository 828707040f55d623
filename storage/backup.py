"""A copy of the whole database in one file, made while others write; a manifest beside it says what it must be.

A file is copied by SQLite itself and read back; PostgreSQL is dumped by `pg_dump`, which leaves what other programs
keep there alone.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, col, select

from storage import dump, file, workspace
from storage.columns import Row, UtcTime
from storage.copies import FailedCopyError, RefusedCopyError
from storage.database import Tx, file_of
from storage.postgres import Connections, is_postgres

NAME = "chargehand-"  # of the nightly ones; only these are ever deleted
TIME = "%Y%m%dT%H%M%SZ"
FORMS = {"sqlite": ".db", "postgresql": ".dump"}


class Backup(Row, table=True):
    """One backup that was made from here, wherever its file is by now."""

    __tablename__ = "backups"

    path: str
    schema_version: str
    sha256: str
    size: int = Field(sa_type=BigInteger)  # bytes
    taken_at: datetime = Field(sa_type=UtcTime, index=True)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What stands beside a backup. `counts`: table -> rows; `database` is sqlite or postgresql."""

    database: str
    schema: str
    taken_at: datetime
    sha256: str
    size: int
    counts: dict[str, int]


def make(where: Path | str, connections: Connections, path: Path, *, now: datetime) -> Manifest:
    """Write the copy and then its manifest: a copy without one was cut short.

    Raises:
        RefusedCopyError: the path is taken, there is no database, or `pg_dump` is not installed.
        FailedCopyError: the copy is damaged, or `pg_dump` failed.
    """
    if path.exists():
        raise RefusedCopyError(f"{path} is there already and a backup overwrites nothing: name a new file.")
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds what is said in private channels
    try:
        made = _copied(where, connections, partial)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        size, database = partial.stat().st_size, "postgresql" if is_postgres(where) else "sqlite"
        manifest = Manifest(
            database=database,
            schema=made.version or "",
            taken_at=now,
            sha256=checksum(partial),
            size=size,
            counts=made.counts,
        )
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    manifest_of(path).write_text(json.dumps(asdict(manifest), default=datetime.isoformat, indent=2) + "\n")
    return manifest


def _copied(where: Path | str, connections: Connections, path: Path) -> file.Inspection:
    if is_postgres(where):
        return dump.dump(str(where), connections, path)
    made = file.backup(where if isinstance(where, Path) else file_of(where), path)
    if made.problems:
        raise FailedCopyError(f"The copy is damaged: {made.problems[0]}. Check the disk and `python app.py db check`.")
    return made


def make_nightly(
    where: Path | str, connections: Connections, folder: Path, *, now: datetime, keep: int
) -> tuple[Path, Manifest]:
    """One more backup in a folder, under a name that tells its time; then the oldest ones beyond `keep` go."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    form = FORMS["postgresql" if is_postgres(where) else "sqlite"]
    path = folder / f"{NAME}{now.strftime(TIME)}{form}"
    manifest = make(where, connections, path, now=now)
    for old in nightly(folder)[:-keep]:
        old.unlink()
        manifest_of(old).unlink()
    return path, manifest


def nightly(folder: Path) -> list[Path]:
    """The whole backups in a folder that `make_nightly` made, the oldest first."""
    named = (path for form in FORMS.values() for path in folder.glob(f"{NAME}*{form}"))
    return sorted((path for path in named if manifest_of(path).is_file()), key=lambda path: path.stem)


def manifest_of(path: Path) -> Path:
    """The manifest's place beside its backup."""
    return path.with_name(path.name + ".json")


def verified(path: Path) -> Manifest:
    """The manifest of a backup whose bytes are as they were written.

    Raises:
        RefusedCopyError: it is not there, has no manifest, or was changed since.
    """
    beside = manifest_of(path)
    if not path.is_file() or not beside.is_file():
        raise RefusedCopyError(f"{path} and {beside.name} have to be there both: `db backup` makes the two.")
    try:
        said: dict[str, Any] = json.loads(beside.read_text())
        manifest = Manifest(**said | {"taken_at": datetime.fromisoformat(said["taken_at"])})
    except (ValueError, KeyError, TypeError):
        raise RefusedCopyError(f"{beside} is no manifest of `db backup`: take another backup.") from None
    if checksum(path) != manifest.sha256:
        raise RefusedCopyError(f"{path} is not as it was written (SHA-256 differs): take another backup.")
    return manifest


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


async def record(tx: Tx, manifest: Manifest, *, path: Path) -> None:
    """Remember that a backup was made."""
    tx.add(
        Backup(
            workspace_id=await workspace.current(tx),
            path=str(path),
            schema_version=manifest.schema,
            sha256=manifest.sha256,
            size=manifest.size,
            taken_at=manifest.taken_at,
        )
    )


async def latest(tx: Tx) -> Backup | None:
    """The newest backup made from here."""
    return (await tx.exec(select(Backup).order_by(col(Backup.taken_at).desc()).limit(1))).first()
