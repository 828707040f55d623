"""The last moment of which we know that events were heard."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import select

from storage import settings_kv
from storage.database import Tx
from storage.inbox import Delivery

HEARD = "heard"  # settings_kv key: when a process was there that hears Slack and GitHub
GITHUB = "github.sound"  # settings_kv key: everything GitHub sent before this moment is here


async def last_sound(tx: Tx) -> datetime | None:
    """When a process was there for certain that hears; None before the first one."""
    if kept := await settings_kv.get(tx, "", HEARD):
        return datetime.fromisoformat(kept)
    return (await tx.exec(select(func.max(Delivery.received_at)))).one()


async def hear(tx: Tx, *, now: datetime, workspace_id: str) -> None:
    """A process that hears is there. Workers and clocks may be at work while none is, so their signs do not count."""
    await settings_kv.put(tx, "", HEARD, now.isoformat(), workspace_id=workspace_id)


async def github_sound(tx: Tx) -> datetime | None:
    """Until when nothing of GitHub's is missing; None when nobody has looked yet."""
    kept = await settings_kv.get(tx, "", GITHUB)
    return datetime.fromisoformat(kept) if kept else None


async def remember_github(tx: Tx, until: datetime, *, workspace_id: str) -> None:
    """Nothing of GitHub's is missing until this moment."""
    known = await github_sound(tx)
    if known is None or known < until:
        await settings_kv.put(tx, "", GITHUB, until.isoformat(), workspace_id=workspace_id)
