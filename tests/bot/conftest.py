"""What the tests of the runtime share: a worker and a sender on each kind of database, and one that is a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.database import Database, open_database
from tests.bot.mouth import Mouth
from tests.bot.workbench import Bench
from tests.files import put_newest


@pytest.fixture
def bench(db: Database) -> Bench:
    return Bench(db)


@pytest.fixture
def mouth(db: Database, slack: SlackSandbox, tmp_path: Path) -> Mouth:
    return Mouth(db, slack, tmp_path)


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """A database that has a file to lock beside."""
    path = tmp_path / "chargehand.db"
    put_newest(path)
    async with open_database(path) as database:
        yield database
