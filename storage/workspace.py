"""Which Slack workspace this database belongs to; one until a later version serves several."""

from sqlalchemy import update
from sqlmodel import SQLModel

from storage import settings_kv
from storage.database import Tx

UNKNOWN = "T-unknown"  # rows made by the CLI before the first contact with Slack
_KEY = ("", "workspace")


class WrongWorkspaceError(Exception):
    """The database belongs to another workspace than the token."""


async def current(tx: Tx) -> str:
    """The workspace id, or UNKNOWN before the first contact with Slack."""
    return await settings_kv.get(tx, *_KEY) or UNKNOWN


async def adopt(tx: Tx, workspace_id: str) -> None:
    """Bind this database to a workspace and take over the rows the CLI made before.

    Raises:
        WrongWorkspaceError: it is bound to another one already.
    """
    known = await current(tx)
    if known == workspace_id:
        return
    if known != UNKNOWN:
        raise WrongWorkspaceError(f"this database belongs to workspace {known}, the token to {workspace_id}")
    for table in SQLModel.metadata.sorted_tables:
        if "workspace_id" in table.c:
            await tx.exec(update(table).where(table.c.workspace_id == UNKNOWN).values(workspace_id=workspace_id))
    await settings_kv.put(tx, *_KEY, workspace_id, workspace_id=workspace_id)
