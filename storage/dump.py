"""PostgreSQL's own programs at work on our tables: dumped as of one moment, and put back in one transaction."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import URL, Connection
from sqlmodel import SQLModel

from storage import append_only, migrate
from storage.copies import FailedCopyError, RefusedCopyError
from storage.doubt import to_doubt
from storage.file import Inspection
from storage.postgres import PATIENTLY, Connections, open_sync, url_of
from storage.remote import counts

ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def dump(url: str, connections: Connections, path: Path) -> Inspection:
    """Write a file in PostgreSQL's custom form, while others go on writing; what is in it.

    Raises:
        RefusedCopyError: `pg_dump` is not installed.
        FailedCopyError: it failed.
    """
    with open_sync(url, connections).begin() as connection:
        connection.exec_driver_sql(ONE_MOMENT)
        connection.execute(PATIENTLY)
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        tables = [f"--table={name}" for name in _tables(connection)]
        form = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"]
        _run("pg_dump", *form, *tables, url=url)
        return Inspection(migrate.version(connection), migrate.newest(), counts(connection))


def put_back(url: str, connections: Connections, path: Path, *, taken_at: datetime) -> None:
    """Replace all our tables by those of a dump, marked as ones to be doubted: all of them, or nothing changes.

    Args:
        taken_at: when the dump was made.

    Raises:
        RefusedCopyError: a program is not installed.
        FailedCopyError: one failed.
    """
    with open_sync(url, connections).connect() as connection:
        schema = connections.schema or connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        drop = f"DROP TABLE IF EXISTS {', '.join(_tables(connection, schema))} CASCADE"
    script = path.with_name(path.name + ".sql")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
        made = (drop, f'CREATE SCHEMA IF NOT EXISTS "{schema}"', append_only.function(schema))
        prepare = [f"--command={statement}" for statement in made]
        quietly = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--single-transaction"]
        mark = [f"--command={statement}" for statement in to_doubt(f'"{schema}"', taken_at)]
        _run("psql", *quietly, *prepare, f"--file={script}", *mark, url=url)
    finally:
        script.unlink(missing_ok=True)


def _tables(connection: Connection, schema: str = "") -> list[str]:
    """All of ours by their full names: others may share the database."""
    migrate.load_tables()
    place = schema or connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    return [f'"{place}"."{name}"' for name in ("alembic_version", *SQLModel.metadata.tables)]


def _run(program: str, *args: str, url: str = "") -> None:
    found = shutil.which(program)
    if found is None:
        raise RefusedCopyError(
            f"{program} is not on the PATH: install PostgreSQL's client programs (postgresql-client)."
        )
    with reachable(url) as place:
        done = subprocess.run([found, *place, *args], capture_output=True, text=True, check=False)  # noqa: S603 - our words, no shell
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[0]
        raise FailedCopyError(f"{program} failed: {said}")


@contextmanager
def reachable(url: str) -> Iterator[list[str]]:
    """How a program is told where the database is. Everybody can read a command's words, so the password goes by a
    file that only we can read."""
    if not url:
        yield []
        return
    where = url_of(url)
    open_words = URL.create("postgresql", where.username, None, where.host, where.port, where.database, where.query)
    with NamedTemporaryFile("w", prefix="chargehand-") as secret:
        if where.password:
            escaped = where.password.replace("\\", "\\\\").replace(":", "\\:")
            secret.write(f"*:*:*:*:{escaped}\n")
            secret.flush()
            open_words = open_words.update_query_dict({"passfile": secret.name})
        yield [f"--dbname={open_words.render_as_string()}"]
