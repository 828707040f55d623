"""Whether an admin has paused all models of the workspace, who it was and why."""

import json
from dataclasses import dataclass

from storage import settings_kv
from storage.database import Tx

_SCOPE, _KEY = "", "agent:paused"


@dataclass(frozen=True, kw_only=True)
class Pause:
    who: str  # as people are named
    why: str


async def current(tx: Tx) -> Pause | None:
    """The pause, while there is one."""
    said = await settings_kv.get(tx, _SCOPE, _KEY)
    return Pause(**json.loads(said)) if said else None


async def begin(tx: Tx, pause: Pause, *, workspace_id: str, set_by: str) -> None:
    """No model is asked from now on."""
    value = json.dumps({"who": pause.who, "why": pause.why})
    await settings_kv.put(tx, _SCOPE, _KEY, value, workspace_id=workspace_id, set_by=set_by)


async def end(tx: Tx) -> None:
    """Models are asked again."""
    await settings_kv.drop(tx, _SCOPE, _KEY)
