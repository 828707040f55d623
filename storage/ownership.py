"""Rules that say whose a report is, by path, component, label, keyword or channel, each with where it comes from."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import JSON, Field, Index, SQLModel, col

from storage.columns import Row, values_of
from storage.database import Tx, run
from storage.people import Team

KINDS = ("path", "component", "label", "keyword", "channel")  # the ones that count more first
MANUAL, CSV, CODEOWNERS = "manual", "csv", "codeowners"


class OwnershipRule(Row, table=True):
    """One rule. Without a team what it fits belongs to nobody known: `owners` are those a file names, as written.

    `origin` is the repository of a file, `place` its line there; `word` is the last folder of a plain path, by which
    a report may call it.
    """

    __tablename__ = "ownership_rules"
    __table_args__ = (
        Index("ix_ownership_rules_kind", "kind", "team_id"),
        Index("ix_ownership_rules_word", "word"),
        Index("ix_ownership_rules_source", "source", "origin"),
    )

    kind: str  # one of KINDS
    pattern: str
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    people: list[int] = Field(default_factory=list, sa_type=JSON)
    owners: list[str] = Field(default_factory=list, sa_type=JSON)
    source: str = MANUAL
    origin: str = ""
    place: int = 0
    word: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule as it is read: what `OwnershipRule` says, of a row that nothing tracks."""

    id: int
    kind: str
    pattern: str
    team_id: int | None
    people: tuple[int, ...]
    source: str
    origin: str
    place: int


_rules = SQLModel.metadata.tables["ownership_rules"]
_COLUMNS = (
    _rules.c.id, _rules.c.kind, _rules.c.pattern, _rules.c.team_id, _rules.c.people, _rules.c.source,
    _rules.c.origin, _rules.c.place,
)  # fmt: skip
# Built once: these run for every report.
_ALL = select(*_COLUMNS).order_by(_rules.c.id)
_TEAMS = select(col(Team.id)).where(col(Team.deleted_at).is_(None))
_THERE = _rules.c.team_id.is_(None) | _rules.c.team_id.in_(_TEAMS)
_SPOKEN = select(*_COLUMNS).where(_rules.c.kind != "path", _THERE).order_by(_rules.c.id)
_PATHS = select(*_COLUMNS).where(_rules.c.kind == "path", _THERE).order_by(_rules.c.id)
_CALLED = (
    select(*_COLUMNS)
    .where(_rules.c.word.in_(bindparam("words", expanding=True)), _rules.c.team_id.is_not(None), _THERE)
    .order_by(_rules.c.id)
)


async def every(tx: Tx) -> list[Rule]:
    """All rules, the oldest first."""
    return [_rule(row) for row in await run(tx, _ALL)]


async def spoken(tx: Tx) -> list[Rule]:
    """All that go by something else than a path."""
    return [_rule(row) for row in await run(tx, _SPOKEN)]


async def paths(tx: Tx) -> list[Rule]:
    """All that go by a path."""
    return [_rule(row) for row in await run(tx, _PATHS)]


async def called(tx: Tx, words: Collection[str]) -> list[Rule]:
    """Those by a path whose last folder has one of these names."""
    return [_rule(row) for row in await run(tx, _CALLED, {"words": list(words)})]


def _rule(row: SqlRow[Any]) -> Rule:
    values = row._mapping
    return Rule(**dict(values) | {"people": tuple(values["people"])})


async def words_of(tx: Tx, team_id: int, kind: str) -> list[str]:
    """The keywords, or components, that mean a team."""
    found = select(_rules.c.pattern).where(_rules.c.team_id == team_id, _rules.c.kind == kind)
    return list((await run(tx, found.order_by(_rules.c.id))).scalars())


async def put(tx: Tx, rules: Collection[OwnershipRule]) -> None:
    """Add rules, tens of thousands if need be."""
    if rules:
        await run(tx, insert(_rules), [values_of(rule) for rule in rules])


async def drop(tx: Tx, rule_id: int) -> None:
    await run(tx, delete(OwnershipRule).where(col(OwnershipRule.id) == rule_id))


async def drop_source(tx: Tx, source: str, origin: str) -> int:
    """Forget all that one file said; how many rules that were."""
    gone = delete(OwnershipRule).where(col(OwnershipRule.source) == source, col(OwnershipRule.origin) == origin)
    return (await run(tx, gone)).rowcount
