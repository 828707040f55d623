"""Column types and naming that every table shares."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Alembic's batch mode cannot drop a constraint without a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment, stored as UTC text of one fixed form with microseconds, so that text order is time order.

    Raises:
        ValueError: on binding a datetime without a zone.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def storable(text: str) -> str:
    """A text as every database and JSON encoder takes it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class Row(SQLModel):
    """What each row has: a number of its own and the workspace it belongs to."""

    id: int = Field(default=None, primary_key=True)
    workspace_id: str = Field(max_length=40)

    def __init__(self, **given: Any) -> None:
        """Take the values as they are: SQLModel sets one by one, with an event each, which takes ten times as long.

        Nobody listens to a row that no session has yet, and its INSERT reads the values from here too.
        """
        plain, made = _defaults(type(self))
        self.__dict__.update(plain | {name: make() for name, make in made.items()} | given)


def values_of(row: Row) -> dict[str, Any]:
    """What an INSERT of a new row takes: all its columns but the id."""
    return {name: row.__dict__[name] for name in _columns(type(row))}


@cache
def _columns(table: type[Row]) -> list[str]:
    return [name for name in table.model_fields if name != "id"]


@cache
def _defaults(table: type[Row]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """The values of columns that may be left out, and what makes those that no two rows may share."""
    optional = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    plain = {name: field.default for name, field in optional.items() if field.default_factory is None}
    # None of them looks at the other values; pydantic's own way asks that anew for each row, at 20 us.
    made = {name: cast("Callable[[], Any]", optional[name].default_factory) for name in optional.keys() - plain}
    return plain, made


def where(condition: str) -> dict[str, Any]:
    """What makes an index hold some rows alone, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
