"""The whole life of what came in: received, stored, queued, each attempt and effect, from the rows of all processes.

Everything that comes of one event shares its correlation id; a ticket or a message leads to one or more of these.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import literal_column
from sqlmodel import col, select

from storage import inbox, issues, repositories, thread_links, tickets, workspace
from storage.audit import AuditEvent
from storage.database import Tx
from storage.inbox import Delivery
from storage.outbox import Outgoing
from storage.queue import Job, JobEvent
from storage.receipts import PENDING, Receipt

SOURCES = ("slack", "github")  # whose ids of deliveries may be asked for
_TICKET = re.compile(r"ch-?(\d{1,9})", re.IGNORECASE)
_ISSUE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>\d{1,9})", re.ASCII)
_LINK = re.compile(r"https?://\S+/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<rest>\d{6})\S*")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step: delivery.received, job.reserved, effect.confirmed, audit.claim …"""

    at: datetime
    stage: str
    about: str
    detail: str
    correlation_id: str
    job_id: int | None = None


async def find(tx: Tx, text: str) -> set[str]:
    """The correlation ids of what a text names: one of these, a delivery's id, CH-12, acme/shop#7, a message's link."""
    for look in FINDERS:
        if found := {name for name in await look(tx, text.strip()) if name}:
            return found
    return set()


async def _by_ticket(tx: Tx, text: str) -> Collection[str]:
    number = _TICKET.fullmatch(text)
    ticket = number and await tickets.by_number(tx, await workspace.current(tx), int(number[1]))
    return await _of_ticket(tx, ticket.id) if ticket else ()


async def _of_ticket(tx: Tx, ticket_id: int) -> set[str]:
    changed = select(AuditEvent.correlation_id).where(
        AuditEvent.object_kind == "ticket", AuditEvent.object_id == str(ticket_id)
    )
    said = select(Receipt.correlation_id).where(Receipt.ticket_id == ticket_id)
    return {*await tx.exec(changed), *await tx.exec(said)}


async def _by_issue(tx: Tx, text: str) -> Collection[str]:
    """What GitHub told of an issue or a pull request, and what its ticket went through."""
    named = _ISSUE.fullmatch(text)
    repository = named and await repositories.named(tx, named["repository"])
    if not named or not repository:
        return ()
    is_of_issue = col(Job.key).like(literal_column("'issue:%'"))  # as its index says it
    theirs = Job.key == f"issue:{repository.github_id}:{named['number']}"
    found = set(await tx.exec(select(Job.correlation_id).where(is_of_issue, theirs)))
    issue = await issues.by_number(tx, repository.id, int(named["number"]))
    return found | await _of_ticket(tx, issue.ticket_id) if issue and issue.ticket_id else found


async def _by_link(tx: Tx, text: str) -> Collection[str]:
    link = _LINK.fullmatch(text)
    if link is None:
        return ()
    channel, ts = link["channel"], f"{link['seconds']}.{link['rest']}"
    heard = select(Delivery.correlation_id).where(Delivery.claim == inbox.message_claim(channel, ts))
    said = select(Receipt.correlation_id).where(Receipt.channel_id == channel, Receipt.ts == ts)
    if found := {*await tx.exec(heard), *await tx.exec(said)}:
        return found
    ticket_id = await thread_links.ticket_of(tx, await workspace.current(tx), channel, ts)
    return await _of_ticket(tx, ticket_id) if ticket_id else ()


async def _by_delivery(tx: Tx, text: str) -> Collection[str]:
    known = col(Delivery.source).in_(SOURCES) & col(Delivery.dedupe_key).in_((text, f"github:{text}"))
    return list(await tx.exec(select(Delivery.correlation_id).where(known)))


async def _by_itself(tx: Tx, text: str) -> Collection[str]:
    for table in (Delivery, Job, Outgoing, Receipt, AuditEvent):
        if (await tx.exec(select(table.id).where(table.correlation_id == text).limit(1))).first() is not None:
            return [text]
    return ()


# A new kind of name is a function and an entry here.
FINDERS: tuple[Callable[[Tx, str], Awaitable[Collection[str]]], ...] = (
    _by_ticket,
    _by_issue,
    _by_link,
    _by_delivery,
    _by_itself,
)


async def story(tx: Tx, correlation_ids: Collection[str]) -> list[Event]:
    """Everything that happened under these ids, in the order in which it did."""
    parts = [await part(tx, correlation_ids) for part in (_deliveries, _jobs, _messages, _effects, _changes)]
    # What one moment holds is in the order of its causes: the sort keeps the order of the parts.
    return sorted((event for part in parts for event in part), key=lambda event: event.at)


async def _deliveries(tx: Tx, ids: Collection[str]) -> list[Event]:
    rows = await tx.exec(select(Delivery).where(col(Delivery.correlation_id).in_(ids)).order_by(col(Delivery.id)))
    return [event for row in rows for event in _of_delivery(row)]


def _of_delivery(row: Delivery) -> list[Event]:
    about = " ".join(part for part in (row.source, row.kind, row.action) if part)
    came = Event(
        at=row.received_at,
        stage="delivery.received",
        about=about,
        detail=row.dedupe_key,
        correlation_id=row.correlation_id,
    )
    became = row.status + (f": {row.reason}" if row.reason else "")
    return [came, replace(came, stage="delivery.stored", detail=became)]


async def _jobs(tx: Tx, ids: Collection[str]) -> list[Event]:
    steps = (
        select(JobEvent, Job.kind)
        .outerjoin(Job, col(Job.id) == JobEvent.job_id)
        .where(col(JobEvent.correlation_id).in_(ids))
        .order_by(col(JobEvent.id))
    )
    return [_step(step, kind) for step, kind in await tx.exec(steps)]


def _step(step: JobEvent, kind: str | None) -> Event:
    by = f"attempt {step.attempt} by {step.worker_id}" if step.stage == "reserved" else ""
    return Event(
        at=step.at,
        stage=f"job.{step.stage}",
        about=f"{kind or 'job'} {step.job_id}",
        detail=step.detail or by,
        correlation_id=step.correlation_id,
        job_id=step.job_id,
    )


async def _messages(tx: Tx, ids: Collection[str]) -> list[Event]:
    rows = await tx.exec(select(Outgoing).where(col(Outgoing.correlation_id).in_(ids)).order_by(col(Outgoing.id)))
    return [event for row in rows for event in _of_message(row)]


def _of_message(row: Outgoing) -> list[Event]:
    about, ours = f"{row.kind} in {row.channel_id}", row.correlation_id
    told = [Event(at=row.created_at, stage="effect.intended", about=about, detail=row.key, correlation_id=ours)]
    if row.first_sent_at:
        tries = f"{row.attempts} attempts" if row.attempts > 1 else ""
        detail = ", ".join(part for part in (row.key, tries, row.error) if part)
        told.append(Event(at=row.first_sent_at, stage="effect.sent", about=about, detail=detail, correlation_id=ours))
    if row.state == "dead" and row.finished_at:
        why = row.error or ""
        told.append(Event(at=row.finished_at, stage="effect.dead", about=about, detail=why, correlation_id=ours))
    return told


async def _effects(tx: Tx, ids: Collection[str]) -> list[Event]:
    rows = await tx.exec(select(Receipt).where(col(Receipt.correlation_id).in_(ids)).order_by(col(Receipt.id)))
    return [
        Event(
            at=row.at,
            stage="effect.intended" if row.state == PENDING else "effect.confirmed",
            about=f"{row.kind} in {row.channel_id}" if row.channel_id else row.kind,
            detail=f"{row.key}, receipt {row.id}" + _what_it_became(row),
            correlation_id=row.correlation_id,
        )
        for row in rows
    ]


def _what_it_became(row: Receipt) -> str:
    """The message or the address; of an effect that is not confirmed, that it may have happened."""
    if row.state == PENDING:
        return ": may have been sent" if row.sent_at else ""
    if row.url:
        return f": {row.url}"
    return f": message {row.ts}" if row.ts else ""


async def _changes(tx: Tx, ids: Collection[str]) -> list[Event]:
    rows = await tx.exec(select(AuditEvent).where(col(AuditEvent.correlation_id).in_(ids)).order_by(col(AuditEvent.id)))
    return [
        Event(
            at=row.at,
            stage=f"audit.{row.action}",
            about=f"{row.object_kind} {row.object_id}",
            detail=f"{row.actor} by {row.surface}",
            correlation_id=row.correlation_id,
        )
        for row in rows
    ]
