"""Small settings of a workspace, channel, team or person: one key-value table."""

from collections.abc import Collection

from sqlalchemy import UniqueConstraint, bindparam
from sqlmodel import col, delete, select

from storage.columns import Row
from storage.database import Tx, run
from storage.upsert import insert


class Setting(Row, table=True):
    """`scope` is whose it is: empty for the workspace, `team:3`, `person:7`, or a channel's or person's Slack id."""

    __tablename__ = "settings_kv"
    __table_args__ = (UniqueConstraint("scope", "key"),)

    scope: str
    key: str
    value: str
    set_by: str = ""


# Built once, as the one below: they run for every report.
_GET = select(Setting.value).where(Setting.scope == bindparam("wanted"), Setting.key == bindparam("named"))


async def get(tx: Tx, scope: str, key: str) -> str | None:
    value: str | None = (await run(tx, _GET, {"wanted": scope, "named": key})).scalar()
    return value


async def put(tx: Tx, scope: str, key: str, value: str, *, workspace_id: str, set_by: str = "") -> None:
    new = insert(Setting).values(scope=scope, key=key, value=value, workspace_id=workspace_id, set_by=set_by)
    await tx.exec(
        new.on_conflict_do_update(
            index_elements=[col(Setting.scope), col(Setting.key)], set_={"value": value, "set_by": set_by}
        )
    )


_OF_SCOPES = select(Setting.scope, Setting.key, Setting.value).where(
    col(Setting.scope).in_(bindparam("scopes", expanding=True)), col(Setting.key).in_(bindparam("keys", expanding=True))
)


async def of_scopes(tx: Tx, scopes: Collection[str], keys: Collection[str]) -> dict[tuple[str, str], str]:
    """(scope, key) -> value, where one is set."""
    found = await run(tx, _OF_SCOPES, {"scopes": list(scopes), "keys": list(keys)})
    return {(row.scope, row.key): row.value for row in found}


async def of_keys(tx: Tx, keys: Collection[str]) -> dict[tuple[str, str], str]:
    """(scope, key) -> value of these keys, whoever set them."""
    found = select(Setting.scope, Setting.key, Setting.value).where(col(Setting.key).in_(keys))
    return {(scope, key): value for scope, key, value in await tx.exec(found)}


async def of_scope(tx: Tx, scope: str) -> list[Setting]:
    """All that is set in a scope, oldest first, with who set it."""
    return list(await tx.exec(select(Setting).where(Setting.scope == scope).order_by(col(Setting.id))))


async def keys(tx: Tx, scope: str, prefix: str) -> list[str]:
    """The keys of a scope that begin with a prefix, oldest first."""
    known = select(Setting.key).where(Setting.scope == scope, col(Setting.key).startswith(prefix, autoescape=True))
    return list(await tx.exec(known.order_by(col(Setting.id))))


async def drop(tx: Tx, scope: str, key: str) -> None:
    await tx.exec(delete(Setting).where(col(Setting.scope) == scope, col(Setting.key) == key))
