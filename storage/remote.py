"""The database on a PostgreSQL server, looked at from outside: its schema, and how much is in it."""

from sqlalchemy import Connection, text
from sqlalchemy import inspect as inspector_of

from storage import migrate
from storage.file import COUNTED, Inspection
from storage.postgres import Connections, open_sync


def inspect(url: str, connections: Connections) -> Inspection:
    """Count what is there. Whether its pages are sound is the server's business (`pg_amcheck`).

    Raises:
        StorageError: the server cannot be reached.
    """
    with open_sync(url, connections).connect() as connection:
        return Inspection(migrate.version(connection), migrate.newest(), counts(connection))


def counts(connection: Connection) -> dict[str, int]:
    """Table -> number of rows, for those that are there."""
    there = set(inspector_of(connection).get_table_names())
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - the names are ours
        for name in COUNTED
        if name in there
    }
