"""Databases at the newest schema. A SQLite file is migrated once for all tests: it takes as long as most of them do."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bot.settings import Settings
from storage import migrate


def put_newest(path: Path) -> None:
    """Have an empty database of the newest schema there; one that is there stays."""
    if not path.exists():
        put_copy(_newest(), path)


def put_copy(of: Path, path: Path) -> None:
    """Have the same there as in a database that nobody has open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(of, path)


def make_ready(settings: Settings) -> None:
    """Have the database that the settings name at the newest schema."""
    if isinstance(settings.database, Path):
        put_newest(settings.database)
    migrate.upgrade(settings.database, settings.connections)


def template(name: str) -> Path:
    """Where a database is kept, of which the tests of this process get copies."""
    folder = Path(tempfile.mkdtemp(prefix=f"chargehand-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "chargehand.db"


@cache
def _newest() -> Path:
    path = template("newest")
    migrate.upgrade(path)
    return path
