"""The last moments of which we know that events were heard."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import select

from storage import settings_kv
from storage.database import Tx
from storage.inbox import Delivery

HEARD = "heard"  # settings_kv key: when a process was there to hear Slack and GitHub
SLACK = "slack.sound"  # settings_kv key: everything Slack sent before this moment is here, or stands in a gap
GITHUB = "github.sound"  # settings_kv key: everything GitHub sent before this moment is here


async def last_sound(tx: Tx) -> datetime | None:
    """When a process was there for certain to hear; None before the first one."""
    if kept := await settings_kv.get(tx, "", HEARD):
        return datetime.fromisoformat(kept)
    return (await tx.exec(select(func.max(Delivery.received_at)))).one()


async def hear(tx: Tx, *, now: datetime, workspace_id: str) -> None:
    """A process is there to hear. Workers and clocks may be at work while none is, so their signs do not count."""
    await settings_kv.put(tx, "", HEARD, now.isoformat(), workspace_id=workspace_id)


async def slack_sound(tx: Tx) -> datetime | None:
    """Until when nothing of Slack's is missing that is not on record; a process may be there and Slack out of reach."""
    kept = await settings_kv.get(tx, "", SLACK)
    return datetime.fromisoformat(kept) if kept else await last_sound(tx)


async def hear_slack(tx: Tx, *, until: datetime, workspace_id: str) -> None:
    """A connection to Slack gave a sign of life at this moment, or what came before it is on record as a gap."""
    await _remember(tx, SLACK, until, workspace_id=workspace_id)


async def github_sound(tx: Tx) -> datetime | None:
    """Until when nothing of GitHub's is missing; None when nobody has looked yet."""
    kept = await settings_kv.get(tx, "", GITHUB)
    return datetime.fromisoformat(kept) if kept else None


async def remember_github(tx: Tx, until: datetime, *, workspace_id: str) -> None:
    """Nothing of GitHub's is missing until this moment."""
    await _remember(tx, GITHUB, until, workspace_id=workspace_id)


async def _remember(tx: Tx, key: str, until: datetime, *, workspace_id: str) -> None:
    known = await settings_kv.get(tx, "", key)
    if known is None or datetime.fromisoformat(known) < until:
        await settings_kv.put(tx, "", key, until.isoformat(), workspace_id=workspace_id)
