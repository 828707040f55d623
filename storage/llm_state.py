"""What all processes know together of a provider of models: a small state under a name, `breaker` say."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, bindparam
from sqlmodel import Field, SQLModel, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.upsert import insert


class LlmState(Row, table=True):
    """`what` names the state: `breaker`, or of which model what is known."""

    __tablename__ = "llm_state"
    __table_args__ = (UniqueConstraint("workspace_id", "provider", "what"),)

    provider: str
    what: str
    state: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcTime)


# Built once: they run for every call to a model.
_states = SQLModel.metadata.tables["llm_state"]
_GET = select(_states.c.state).where(
    _states.c.workspace_id == bindparam("of"),
    _states.c.provider == bindparam("by"),
    _states.c.what == bindparam("named"),
)
_put = insert(_states)
_PUT = _put.on_conflict_do_update(
    index_elements=["workspace_id", "provider", "what"],
    set_={"state": _put.excluded.state, "at": _put.excluded.at},
)


async def get(tx: Tx, workspace_id: str, provider: str, what: str) -> dict[str, Any] | None:
    """The state, if any is known."""
    asked = {"of": workspace_id, "by": provider, "named": what}
    state: dict[str, Any] | None = (await run(tx, _GET, asked)).scalar()
    return state


async def put(tx: Tx, workspace_id: str, provider: str, what: str, state: dict[str, Any], *, now: datetime) -> None:
    """Keep it in place of what was known."""
    row = {"workspace_id": workspace_id, "provider": provider, "what": what, "state": state, "at": now}
    await run(tx, _PUT, row)
