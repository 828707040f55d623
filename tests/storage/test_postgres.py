"""What PostgreSQL adds: processes wake each other, a stopped writer loses its turn, a restart is survived."""

import asyncio
import signal

import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import text

from storage import migrate, settings_kv
from storage.database import Database, StorageError, open_database, wake
from storage.postgres import Connections
from tests.postgres import Postgres, cluster


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.create()


async def test_a_commit_wakes_the_other_processes(url: str) -> None:
    async with open_database(url) as here, open_database(url) as there:
        await asyncio.wait_for(_heard(there.signal("jobs")), 20)
        async with here.write() as tx:
            wake(tx, "jobs")
        await asyncio.wait_for(_heard(there.signal("jobs")), 20)


async def _heard(signal: asyncio.Event) -> None:
    """The first time is the start of listening: what happened before it was not heard."""
    await signal.wait()
    signal.clear()


async def test_behind_a_pooler_nothing_listens_and_nothing_is_prepared(url: str) -> None:
    async with open_database(url, Connections(has_pooler=True)) as db:
        for _ in range(10):
            async with db.write() as tx:
                await settings_kv.put(tx, "", "k", "v", workspace_id="T1")
        async with db.read() as tx:
            assert (await tx.exec(text("SELECT count(*) FROM pg_prepared_statements"))).scalar_one() == 0
            listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'LISTEN'"
            assert (await tx.exec(text(listeners))).scalar_one() == 1  # this one


async def test_connections_that_the_server_ended_are_replaced(url: str) -> None:
    async with open_database(url) as db:
        await asyncio.wait_for(_heard(db.signal("jobs")), 20)
        async with db.write() as tx:
            await settings_kv.put(tx, "", "k", "before", workspace_id="T1")
        _end_connections(url)
        async with db.read() as tx:
            assert await settings_kv.get(tx, "", "k") == "before"
        await asyncio.wait_for(_heard(db.signal("jobs")), 20)  # it listens again


async def test_who_finds_every_connection_taken_waits_for_one(url: str) -> None:
    async def write(db: Database) -> None:
        async with db.write() as tx:
            await settings_kv.put(tx, "", "k", "v", workspace_id="T1")

    async with open_database(url, Connections(pool=1, overflow=0)) as db:
        async with db.read() as tx:
            await settings_kv.get(tx, "", "k")
            waiting = asyncio.create_task(write(db))
            done, _ = await asyncio.wait({waiting}, timeout=0.2)
            assert not done
            assert db.in_use == 1
        await asyncio.wait_for(waiting, 20)


async def test_what_was_committed_survives_the_end_of_a_careless_server() -> None:
    with cluster(settings=("fsync=off", "synchronous_commit=off")) as server:
        migrate.upgrade(server.url)
        async with open_database(server.url) as db:
            for number in range(3):
                async with db.write() as tx:
                    await settings_kv.put(tx, "", f"k{number}", "v", workspace_id="T1")
            await asyncio.to_thread(server.stop, signal.SIGQUIT)
            await asyncio.to_thread(server.start)
            async with db.read() as tx:
                kept = [await settings_kv.get(tx, "", f"k{number}") for number in range(3)]
    assert kept == ["v", "v", "v"]


async def test_a_writer_that_stops_in_the_middle_loses_its_turn(url: str) -> None:
    async def overtaken(stopped: Database, other: Database) -> None:
        async with stopped.write() as tx:
            await tx.exec(text("SET LOCAL idle_in_transaction_session_timeout = 100"))
            await settings_kv.put(tx, "", "k", "half", workspace_id="T1")
            async with asyncio.timeout(10), other.write() as next_one:
                await settings_kv.put(next_one, "", "k", "whole", workspace_id="T1")

    async with open_database(url) as stopped, open_database(url) as other:
        with pytest.raises(SQLAlchemyError):
            await overtaken(stopped, other)
        async with other.read() as tx:
            assert await settings_kv.get(tx, "", "k") == "whole"


async def test_what_counts_for_seconds_alone_does_not_wait_for_the_disk(url: str) -> None:
    careful = f"{url}?options=-csynchronous_commit%3Don"  # the test server is not
    async with open_database(careful) as db:
        said = []
        for is_lasting in (True, False, True):
            async with db.write(is_lasting=is_lasting) as tx:
                said.append((await tx.exec(text("SHOW synchronous_commit"))).scalar_one())
        assert said == ["on", "off", "on"]


async def test_a_schema_of_our_own_leaves_the_rest_of_a_shared_database_alone(postgres: Postgres) -> None:
    url, ours = postgres.create(empty=True), Connections(schema="chargehand")
    assert migrate.upgrade(url, ours) is True
    assert migrate.upgrade(url, ours) is False
    async with open_database(url, ours) as db:
        async with db.write() as tx:
            await settings_kv.put(tx, "", "k", "v", workspace_id="T1")
        async with db.read() as tx:
            schemas = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'settings_kv'"
            assert (await tx.exec(text(schemas))).scalars().all() == ["chargehand"]


async def test_the_same_schema_is_found_behind_a_pooler(postgres: Postgres) -> None:
    url, ours = postgres.create(empty=True), Connections(schema="chargehand", has_pooler=True)
    migrate.upgrade(url, ours)
    assert migrate.version_of(url, ours) == migrate.newest()
    assert migrate.version_of(url) is None
    async with open_database(url, ours) as db, db.write() as tx:
        await settings_kv.put(tx, "", "k", "v", workspace_id="T1")


async def test_a_server_that_is_killed_under_load_is_found_again() -> None:
    async def write(db: Database, number: int) -> int:
        """As a worker does: what the database refuses is tried again; how often it was refused."""
        for refused in range(1000):
            try:
                async with db.write() as tx:
                    await settings_kv.put(tx, "", f"k{number}", "v", workspace_id="T1")
            except StorageError:
                await asyncio.sleep(0.02)
            else:
                return refused
        raise AssertionError("the database did not come back")

    with cluster() as server:
        migrate.upgrade(server.url)
        async with open_database(server.url) as db:
            await asyncio.wait_for(_heard(db.signal("jobs")), 10)
            async with db.write() as tx:  # a transaction that is open when the server dies
                load = [asyncio.create_task(write(db, number)) for number in range(50)]
                await asyncio.to_thread(server.stop, signal.SIGQUIT)
                with pytest.raises(StorageError):
                    await settings_kv.put(tx, "", "lost", "v", workspace_id="T1")
                await tx.rollback()
            assert await db.check() != "ok"
            await asyncio.to_thread(server.start)
            assert max(await asyncio.gather(*load)) > 0
            async with db.read() as tx:
                assert len(await settings_kv.keys(tx, "", "k")) == 50
                assert await settings_kv.get(tx, "", "lost") is None
            await asyncio.wait_for(_heard(db.signal("jobs")), 10)  # it listens again


def test_a_process_that_does_not_migrate_refuses_another_schema(postgres: Postgres) -> None:
    url = postgres.create(empty=True)
    with pytest.raises(migrate.WrongSchemaError, match=r"has schema none.*run `python app.py db upgrade`"):
        migrate.require_newest(url)
    migrate.upgrade(url)
    migrate.require_newest(url)
    with psycopg.connect(url) as admin:
        admin.execute("UPDATE alembic_version SET version_num = '9999'")
    for start in (migrate.require_newest, migrate.upgrade):
        with pytest.raises(migrate.WrongSchemaError, match="has schema 9999, which a newer version"):
            start(url)


def _end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
