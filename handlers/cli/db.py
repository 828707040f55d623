"""`db …`: the database's schema, health, backups, a look inside, and starting over."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.failures import FAILED

if TYPE_CHECKING:
    from storage.file import Inspection


def register(cli: typer.Typer) -> None:
    db = typer.Typer(no_args_is_help=True, help="Upgrade, check, back up or reset the database.")
    for verb in (upgrade, check, backup, shell, reset):
        db.command()(verb)
    cli.add_typer(db, name="db")


def upgrade() -> None:
    """Bring the database to this version's schema; `serve` does so by itself."""
    from storage import migrate

    changed = migrate.upgrade(_path())
    typer.echo(f"{_path()} {'is now' if changed else 'was already'} at schema {migrate.newest()}.")


def check() -> None:
    """Read the whole database for damage and count what is in it."""
    from storage.file import inspect

    path = _existing()
    found = inspect(path)
    for problem in found.problems:
        typer.echo(f"Damaged: {problem}", err=True)
    if found.problems:
        typer.echo("Stop Chargehand and put back the latest backup; `db backup` makes one.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(f"{path} is sound.")
    typer.echo(", ".join(f"{table} {count}" for table, count in found.counts.items()) or "It is empty.")
    if not found.is_current:
        typer.echo(f"Its schema is {found.version}, this version wants {found.newest}: run `python app.py db upgrade`.")
        raise typer.Exit(FAILED)
    typer.echo(f"Schema {found.version}, the newest.")


def backup(path: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the database while it is in use, and read the copy back."""
    from bot.errors import UserError
    from storage.file import backup as copy

    if path.exists():
        raise UserError(f"{path} is there already and a backup overwrites nothing: name a new file.")
    made = copy(_existing(), path)
    if made.problems:
        typer.echo(
            f"The copy {path} is damaged: {made.problems[0]}. Check the disk and `python app.py db check`.", err=True
        )
        raise typer.Exit(FAILED)
    typer.echo(f"{path} holds {_tickets(made)} and was read back whole.")


def shell() -> None:
    """Look inside with SQL; end with Ctrl-D."""
    path = _existing()
    if sqlite := shutil.which("sqlite3"):
        os.execv(sqlite, [sqlite, str(path)])  # noqa: S606 - an interactive program takes over this terminal
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        _converse(db)


def _converse(db: sqlite3.Connection) -> None:
    while True:
        try:
            for row in db.execute(input("sql> ")):
                typer.echo(" | ".join("" if value is None else str(value) for value in row))
        except sqlite3.Error as error:
            typer.echo(f"{error}", err=True)
        except EOFError:
            return


def reset(force: Annotated[bool, typer.Option("--force", help="Even if it holds tickets.")] = False) -> None:
    """Delete everything and start with an empty database."""
    from bot.errors import UserError
    from storage import migrate
    from storage.file import inspect, remove

    path = _path()
    found = inspect(path) if path.is_file() else None
    holds = _holds(found) if found else ""
    if holds and not force:
        raise UserError(f"{path} holds {holds}: make a copy with `python app.py db backup PATH`, then add --force.")
    typer.confirm(f"Delete {path}" + (f" with {holds}?" if holds else "?"), abort=True)
    remove(path)
    migrate.upgrade(path)
    typer.echo(f"{path} is empty now.")


def _holds(found: "Inspection") -> str:
    if found.problems:
        return "something that cannot be read"
    return _tickets(found) if found.counts.get("tickets") else ""


def _tickets(found: "Inspection") -> str:
    tickets = found.counts.get("tickets", 0)
    return "1 ticket" if tickets == 1 else f"{tickets} tickets"


def _existing() -> Path:
    from bot.errors import UserError

    path = _path()
    if not path.is_file():
        raise UserError(
            f"There is no database at {path}: `serve` or `db upgrade` makes one; DATABASE_URL is its place."
        )
    return path


def _path() -> Path:
    from bot.settings import read_settings

    return read_settings().database_path
