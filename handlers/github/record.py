"""What the door writes down besides deliveries: a hook's last contact, and what should not have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.github import facts
from bot.github.facts import Contact
from bot.github.parse import parse
from bot.github.payload import Payload, text
from bot.hooks import PingEvent
from handlers.github.known import Candidate
from handlers.wanted import SUBSCRIBED
from storage import audit, inbox, workspace
from storage.audit import AuditEvent, Change
from storage.columns import storable
from storage.database import Database
from storage.inbox import Delivery
from storage.queue import Job

log = structlog.get_logger()


async def first(db: Database, again: Delivery) -> tuple[Delivery, Job | None]:
    """What came in first under a delivery's key, and the job made of it."""
    async with db.read() as tx:
        known = await inbox.by_key(tx, again.source, again.dedupe_key)
        return known, await inbox.job_of(tx, known.id)


async def hook_contact(db: Database, headers: Mapping[str, str], payload: Payload, *, now: datetime) -> None:
    """A hook was tried: when, and which of the events that we need it does not send."""
    ping = parse("ping", payload)
    assert isinstance(ping, PingEvent)
    hook_id = str(ping.hook_id or storable(headers.get("X-GitHub-Hook-ID", "unknown"))[:20])
    missing = tuple(name for name in SUBSCRIBED if ping.events and not {name, "*"} & set(ping.events))
    if missing:
        log.warning("hook lacks events", hook_id=hook_id, missing=missing)
    async with db.write() as tx:
        contact = Contact(now, missing)
        await facts.remember_contact(tx, hook_id, contact, workspace_id=await workspace.current(tx))


async def out_of_scope(db: Database, by: Candidate, payload: Payload, *, correlation_id: str, now: datetime) -> None:
    """Someone used one repository's secret to speak of another."""
    assert by.record is not None  # a global secret speaks for all
    named = text(payload, "repository", "full_name")
    what = _Refused("scope refused", "webhook_secret", by.record.id, {"repository": named}, correlation_id)
    await _audit(db, what, now=now)


async def conflict(db: Database, kept: Delivery, other: Delivery, *, now: datetime) -> None:
    """Other bytes came under the id of a stored delivery."""
    log.error("delivery conflict", first=kept.correlation_id)
    what = _Refused("conflict refused", "delivery", kept.id, {"sha256": other.sha256}, other.correlation_id)
    await _audit(db, what, now=now)


@dataclass(frozen=True)
class _Refused:
    action: str
    kind: str
    object_id: int
    told: Change
    correlation_id: str


async def _audit(db: Database, refused: _Refused, *, now: datetime) -> None:
    async with db.write() as tx:
        event = AuditEvent(
            workspace_id=await workspace.current(tx),
            at=now,
            actor="system",
            surface="github",
            action=refused.action,
            object_kind=refused.kind,
            object_id=str(refused.object_id),
            correlation_id=refused.correlation_id,
        )
        audit.record(tx, event, after=refused.told)
