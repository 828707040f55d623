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
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_template(), path)


def make_ready(settings: Settings) -> None:
    """Have the database that the settings name at the newest schema."""
    if isinstance(settings.database, Path):
        put_newest(settings.database)
    migrate.upgrade(settings.database, settings.connections)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chargehand-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "chargehand.db"
    migrate.upgrade(path)
    return path
