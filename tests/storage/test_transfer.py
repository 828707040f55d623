"""Everything moves to another database, both ways: unfinished work goes on there, and no id is given twice."""

from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlmodel import SQLModel

from bench.move import fill
from storage import leases, migrate, outbox, queue, seals, sending, settings_kv, transfer, workspace
from storage.copies import RefusedCopyError
from storage.database import open_database
from storage.outbox import Outgoing
from storage.postgres import Connections
from storage.transfer import MOVED, Contents, Place
from storage.workers import Process
from tests.files import put_newest
from tests.postgres import Postgres
from tests.storage.queue.steps import NOON, SECOND, dead, finish, job, prune, put, take
from tests.storage.test_audit import verified

WAYS = [("sqlite", "postgres"), ("postgres", "sqlite")]
TICKETS = 300
Places = tuple[Place, Place]


@pytest.fixture(params=WAYS, ids="->".join)
def places(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Places:
    """A source with tickets, and a target that has no table yet."""

    def place(kind: str, name: str) -> Place:
        where: Path | str = tmp_path / f"{name}.db" if kind == "sqlite" else postgres.create(empty=name == "target")
        return Place(where=where, connections=Connections(), name=name)

    source, target = place(request.param[0], "source"), place(request.param[1], "target")
    if isinstance(source.where, Path):
        put_newest(source.where)
    fill(source.where, tickets=TICKETS)
    return source, target


def move(source: Place, target: Place) -> dict[str, Contents]:
    told: list[Contents] = []
    transfer.move(source, target, tell=told.append)
    return {one.table: one for one in told}


def rehearse(source: Place, target: Place) -> dict[str, Contents]:
    told: list[Contents] = []
    transfer.rehearse(source, target, tell=told.append)
    return {one.table: one for one in told}


def rows(place: Place, table: str) -> int:
    with migrate.engine(place.where).connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_every_table_arrives_as_it_left(places: Places) -> None:
    source, target = places
    counted = rehearse(source, target)
    assert migrate.version_of(target.where) is None, "a rehearsal writes nothing"
    moved = move(source, target)
    assert moved == counted
    assert set(moved) == {table.name for table in SQLModel.metadata.sorted_tables} - {"workers"}
    assert (moved["tickets"].rows, moved["audit_events"].rows) == (TICKETS, 3 * TICKETS)
    assert rehearse(source, Place(where=Path("nowhere.db"), connections=Connections(), name="n")) == counted
    with migrate.engine(target.where).connect() as connection:
        again = {one.name: transfer.contents(connection, one) for one in transfer.tables()}
    assert again == counted


async def test_the_audit_record_is_as_whole_there_as_it_was_here(places: Places) -> None:
    source, target = places
    async with open_database(source.where) as db:
        async with db.write() as tx:
            await workspace.adopt(tx, "T1")
        assert await seals.seal(db) == 3 * TICKETS
        known = await verified(db)
    move(source, target)
    async with open_database(target.where) as db:
        assert await verified(db, noted=known.head) == known


async def test_unfinished_work_goes_on_there(places: Places) -> None:
    source, target = places
    post = Outgoing(
        workspace_id="T1",
        key="card",
        kind="post",
        lane="l",
        channel_id="C1",
        payload="{}",
        due_at=NOON,
        created_at=NOON,
    )
    async with open_database(source.where) as db:
        delayed = job("delayed", not_before=NOON + SECOND, key="k")
        await put(db, job("first", key="k"), job("second", key="k"), delayed)
        [taken] = await take(db)
        async with db.write() as tx:
            assert await leases.hold(tx, "outbox", holder="w1", now=NOON, seconds=15, is_dead=dead) == 1
            post.state, post.term = "sending", 1
            await outbox.add(tx, post)
    move(source, target)
    async with open_database(target.where) as db:
        async with db.write() as tx:
            await queue.sweep(tx, now=NOON, is_dead=dead)
            term = await leases.hold(tx, "outbox", holder="w2", now=NOON, seconds=15, is_dead=dead)
            assert term == 2
            assert await sending.take_over(tx, term=term, at=NOON) == 1, "what was in the air is looked up"
        later = NOON + 600 * SECOND
        for kind in ("first", "second", "delayed"):
            [reserved] = await take(db, now=later)
            assert reserved.kind == kind
            assert reserved.fence > (taken.fence if kind == "first" else 0)
            await finish(db, reserved, now=later)


async def test_an_id_that_was_used_and_dropped_is_not_given_again(places: Places) -> None:
    source, target = places
    async with open_database(source.where) as db:
        [last] = await put(db, job(dedupe_key="last"))
        taken = await take(db, limit=1)
        await finish(db, *taken)
        assert await prune(db, before=NOON + SECOND) > 0
    move(source, target)
    async with open_database(target.where) as db:
        [new] = await put(db, job())
        assert new.id == last.id + 1


async def test_the_source_stays_and_says_where_everything_went(places: Places) -> None:
    source, target = places
    assert transfer.moved_to(source.where) is None
    move(source, target)
    assert rows(source, "tickets") == TICKETS
    assert (transfer.moved_to(source.where), transfer.moved_to(target.where)) == ("target", None)
    async with open_database(target.where) as db, db.read() as tx:
        assert await settings_kv.get(tx, "", MOVED) is None


def test_a_target_that_holds_anything_is_refused(places: Places) -> None:
    source, target = places
    migrate.upgrade(target.where)
    with migrate.engine(target.where).begin() as connection:
        row = {"workspace_id": "T1", "scope": "", "key": "k", "value": "v", "set_by": ""}
        connection.execute(insert(SQLModel.metadata.tables["settings_kv"]), row)
    for way in (rehearse, move):
        with pytest.raises(RefusedCopyError, match="target is not empty"):
            way(source, target)
    assert transfer.moved_to(source.where) is None


def test_nothing_moves_onto_itself(places: Places) -> None:
    with pytest.raises(RefusedCopyError, match="source is where everything is already"):
        move(places[0], places[0])


def test_a_difference_leaves_the_target_empty_and_the_source_in_use(places: Places) -> None:
    """A trigger stands for whatever may change rows on their way in."""
    source, target = places
    migrate.upgrade(target.where)
    with migrate.engine(target.where).begin() as connection:
        for statement in _meddling(connection.dialect.name):
            connection.exec_driver_sql(statement)
    with pytest.raises(RefusedCopyError, match="tickets differs: 300 rows"):
        move(source, target)
    assert (rows(target, "people"), rows(target, "tickets")) == (0, 0)
    assert transfer.moved_to(source.where) is None


def _meddling(dialect: str) -> list[str]:
    change = "UPDATE tickets SET title = 'changed' WHERE id = NEW.id"
    if dialect == "sqlite":
        return [f"CREATE TRIGGER meddle AFTER INSERT ON tickets WHEN NEW.id = 7 BEGIN {change}; END"]
    function = f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change}; RETURN NEW; END $$"
    return [
        function,
        "CREATE TRIGGER meddle AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.id = 7) EXECUTE FUNCTION meddle()",
    ]


def test_who_was_at_work_stays_behind(places: Places) -> None:
    source, target = places
    with migrate.engine(source.where).begin() as connection:
        row = Process(id="w", role="all", host="h", version="1", started_at=NOON, heartbeat_at=NOON).model_dump()
        connection.execute(insert(SQLModel.metadata.tables["workers"]), row)
    move(source, target)
    assert (rows(source, "workers"), rows(target, "workers")) == (1, 0)


@pytest.mark.parametrize("change", [{"title": "b"}, {"number": 8}, {"tags": ["x"]}, {"is_private": True}], ids=str)
def test_the_sum_of_a_table_sees_any_change(tmp_path: Path, change: dict[str, object]) -> None:
    place = Place(where=tmp_path / "a.db", connections=Connections(), name="a")
    fill(place.where, tickets=3)
    tickets = SQLModel.metadata.tables["tickets"]

    def summed() -> Contents:
        with migrate.engine(place.where).connect() as connection:
            return transfer.contents(connection, tickets)

    before = summed()
    with migrate.engine(place.where).begin() as connection:
        connection.execute(tickets.update().where(tickets.c.id == 2).values(change))
    assert summed() != before
