"""Alembic's entry: runs on the connection that storage.migrate hands in, or makes one for `alembic revision`."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from storage.migrate import load_tables


def render(kind: str, item: Any, _: object) -> str | Literal[False]:
    """SQLModel's strings are plain ones to a migration."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


load_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    user_module_prefix="storage.columns.",
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
