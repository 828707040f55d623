"""The jobs of the first version live on: unfinished ones run in their old order, dead letters keep their error."""

from alembic import command
from sqlalchemy import Connection, text

from storage import migrate, queue
from storage.database import Database
from storage.queue import BULK, INTERACTIVE
from tests.storage.queue.steps import NOON, kinds, stored

OLD = """
INSERT INTO jobs (id, workspace_id, name, args, key, priority, state, run_at, attempts, crashes, token, worker,
    lease_until, last_error, correlation_id, created_at, finished_at)
VALUES
    (3, 'T1', 'buried', '{"ticket_id": 7}', 'k', 0, 'dead', :at, 8, 1, 9, NULL, NULL, 'no', 'c', :at, :at),
    (4, 'T1', 'running', '{}', 'k', 0, 'running', :at, 1, 0, 1, 'w1', :at, NULL, 'c', :at, NULL),
    (6, 'T1', 'prune', '{}', 'k', 10, 'ready', :at, 0, 0, 0, NULL, NULL, NULL, 'c', :at, NULL),
    (7, 'T1', 'waiting', '{}', 'k', 0, 'ready', :at, 0, 0, 0, NULL, NULL, NULL, 'c', :at, NULL)
"""


def go(connection: Connection, revision: str) -> None:
    settings = migrate.config()
    settings.attributes["connection"] = connection
    if revision == "head":
        command.upgrade(settings, revision)
    else:
        command.downgrade(settings, revision)


async def test_jobs_of_the_first_version_live_on(db: Database) -> None:
    async with db.write() as tx:
        connection = await tx.connection()
        await connection.run_sync(go, "0001")
        await connection.execute(text(OLD), {"at": f"{NOON:%Y-%m-%d %H:%M:%S.%f}"})
        await connection.run_sync(go, "head")
    buried, prune, waiting = [await stored(db, number) for number in (3, 6, 7)]
    assert (buried.kind, buried.fence, buried.error_text, buried.args) == ("buried", 9, "no", {"ticket_id": 7})
    assert [one.priority for one in (prune, waiting)] == [BULK, INTERACTIVE]
    assert [one.seq for one in (buried, prune, waiting)] == [3, 6, 7]
    assert waiting.not_before == waiting.ready_at == NOON
    async with db.write() as tx:
        assert await queue.sweep(tx, now=NOON, is_dead=lambda worker: worker == "w1") == []
    assert await kinds(db) == ["running"]
