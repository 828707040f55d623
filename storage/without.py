"""A JSON object without some of its names, in the words of each database."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Without(FunctionElement[Any]):
    type = JSON()
    inherit_cache = True
    name = "without"


def without(column: ColumnElement[Any], *names: str) -> ColumnElement[Any]:
    """What stands in a JSON column, as it is written back; the names are our own."""
    return _Without(column, *(literal_column(f"'{name}'") for name in names))


@compiles(_Without, "sqlite")
def _in_sqlite(element: _Without, compiler: SQLCompiler, **said: Any) -> str:
    column, *names = element.clauses
    paths = ", ".join(f"'$.' || {compiler.process(name, **said)}" for name in names)
    return f"json_remove({compiler.process(column, **said)}, {paths})"


@compiles(_Without, "postgresql")
def _in_postgresql(element: _Without, compiler: SQLCompiler, **said: Any) -> str:
    column, *names = element.clauses
    less = "".join(f" - {compiler.process(name, **said)}" for name in names)
    return f"CAST(CAST({compiler.process(column, **said)} AS jsonb){less} AS json)"
