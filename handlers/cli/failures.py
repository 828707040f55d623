"""A mistake or a fault is one clear line on stderr and an exit code; a traceback only when the log level is debug.

2 is for what the person has to change (the command line, a setting, a name), 1 for what failed or was refused.
"""

import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from bot.errors import Refused, SettingsError, UserError

FAILED, WRONG = 1, 2


class Cli(TyperGroup):
    """The root of all verbs: the one place of the command line that catches."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            code = super().main(*args, **options | {"standalone_mode": False})
            sys.exit(code if isinstance(code, int) else 0)  # a verb returns nothing, unless it has ended early
        except typer.TyperException as mistake:
            typer.echo(_of_usage(mistake), err=True)
            sys.exit(WRONG)
        except typer.Abort:
            typer.echo("Aborted.", err=True)
            sys.exit(FAILED)
        except Exception as error:  # noqa: BLE001 - the CLI is one of the four places that catch
            causes = list(_leaves(error))
            from bot.redact import redact

            line, code = explain(next((one for one in causes if isinstance(one, UserError)), causes[0]))
            typer.echo(redact(line), err=True)
            if _wants_traceback():
                typer.echo(redact("".join(traceback.format_exception(error))), err=True)
            sys.exit(code)


def explain(error: BaseException) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    from storage.copies import FailedCopyError, RefusedCopyError
    from storage.database import StorageError
    from storage.migrate import WrongSchemaError
    from storage.workspace import WrongWorkspaceError

    match error:
        case Refused() | FailedCopyError():
            return str(error), FAILED
        case UserError() | WrongSchemaError() | RefusedCopyError():
            return str(error), WRONG
        case WrongWorkspaceError():
            return f"T{str(error)[1:]}; point DATABASE_URL to another file.", WRONG
        case StorageError() | sqlite3.Error():
            return _of_database(str(getattr(error, "orig", None) or error).splitlines()[0]), FAILED
        case OSError():
            return _of_system(error), FAILED
        case _:
            bug = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            return f"This is a bug: {bug}. CHARGEHAND_LOG_LEVEL=debug shows where; please report it.", FAILED


def _of_usage(mistake: typer.TyperException) -> str:
    """What is wrong with the command line, in one line; of a group without a verb the help."""
    said, context = str(mistake.format_message()), getattr(mistake, "ctx", None)
    if "\n" in said or context is None:
        return said
    return f"{said.rstrip('.')}. `{context.command_path} --help` says how it is used."


def _of_database(problem: str) -> str:
    if problem.startswith("connection failed"):
        return f"The database cannot be reached: {problem}. Is its server up? DATABASE_URL is its place."
    return f"The database cannot be used: {problem}. `python app.py db check` looks into it; DATABASE_URL is its place."


def _of_system(error: OSError) -> str:
    import errno

    if error.errno == errno.EADDRINUSE:
        where = str(error.strerror).partition("address ")[2].partition(":")[0]
        return f"The address {where or 'asked for'} is taken: end the other process or choose another port."
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. Check the path and its permissions."


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _wants_traceback() -> bool:
    from bot.settings import read_settings

    try:
        return read_settings().log_level == "debug"
    except SettingsError:
        return False
