"""The tokens and the money that models took: one row for each account and day, to which every call is posted twice.

Before a call what it may take at most is added to `reserved`; after it the same is taken off again, and what it took is
added to the rest. Of a call whose process died nobody takes it off: it counts as if it had taken all of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Index, UniqueConstraint, bindparam
from sqlmodel import Field, SQLModel, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.upsert import insert

WORKSPACE = "workspace"
EVER = ""  # the day of an account that knows no days


class Account(NamedTuple):
    """Whose: `workspace`, `person:7` or `turn:T-41`; and of which day there, as 2026-03-02."""

    scope: str
    day: str = EVER


def of_person(person_id: int) -> str:
    return f"person:{person_id}"


def of_turn(turn: str) -> str:
    return f"turn:{turn}"


class LlmLedger(Row, table=True):
    """Tokens, and money in millionths of a US dollar; `unpriced` are the tokens of models without a price."""

    __tablename__ = "llm_ledger"
    __table_args__ = (UniqueConstraint("workspace_id", "scope", "day"), Index("ix_llm_ledger_at", "at"))

    scope: str
    day: str
    at: datetime = Field(sa_type=UtcTime)  # of the last posting
    calls: int = Field(default=0, sa_type=BigInteger)
    reserved: int = Field(default=0, sa_type=BigInteger)
    reserved_cost: int = Field(default=0, sa_type=BigInteger)
    cost: int = Field(default=0, sa_type=BigInteger)
    input: int = Field(default=0, sa_type=BigInteger)
    output: int = Field(default=0, sa_type=BigInteger)
    cache_read: int = Field(default=0, sa_type=BigInteger)
    cache_write: int = Field(default=0, sa_type=BigInteger)
    unpriced: int = Field(default=0, sa_type=BigInteger)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What stands in an account; or, posted to one, what is added to it."""

    calls: int = 0
    reserved: int = 0
    reserved_cost: int = 0
    cost: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    unpriced: int = 0

    @property
    def tokens(self) -> int:
        """What calls took, and what is set aside for those under way or lost."""
        return self.input + self.output + self.cache_read + self.cache_write + self.reserved

    @property
    def money(self) -> int:
        """The same in millionths of a US dollar, as far as models have a price."""
        return self.cost + self.reserved_cost


# Built once: they run for every call to a model.
_ledger = SQLModel.metadata.tables["llm_ledger"]
SUMS = tuple(Entry.__dataclass_fields__)
_READ = select(_ledger.c.scope, _ledger.c.day, *(_ledger.c[name] for name in SUMS)).where(
    _ledger.c.workspace_id == bindparam("of"),
    _ledger.c.scope.in_(bindparam("scopes", expanding=True)),
    _ledger.c.day.in_(bindparam("days", expanding=True)),
)


_post = insert(_ledger)  # a row each: SQLAlchemy keeps no statement that it has made of several rows
_POST = _post.on_conflict_do_update(
    index_elements=["workspace_id", "scope", "day"],
    set_={name: _ledger.c[name] + _post.excluded[name] for name in SUMS} | {"at": _post.excluded.at},
)


async def read(tx: Tx, workspace_id: str, accounts: Collection[Account]) -> dict[Account, Entry]:
    """What stands in each of them."""
    asked = {
        "of": workspace_id,
        "scopes": sorted({account.scope for account in accounts}),
        "days": sorted({account.day for account in accounts}),
    }
    found = {Account(row.scope, row.day): _entry(row) for row in await run(tx, _READ, asked)}
    return {account: found.get(account, Entry()) for account in accounts}


def _entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in SUMS})


async def post(tx: Tx, workspace_id: str, accounts: Sequence[Account], entry: Entry, *, now: datetime) -> None:
    """Add an entry to each of them."""
    posted = {"workspace_id": workspace_id, "at": now} | {name: getattr(entry, name) for name in SUMS}
    await run(tx, _POST, [posted | account._asdict() for account in accounts])
