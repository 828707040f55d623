"""What a kill campaign did: how much there was to be lost, and how soon it went on after a kill."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlmodel import col, select

from bench.fleet import Toll
from bench.people import People
from bench.verdict import posts
from storage.database import Tx
from storage.queue import Job, JobEvent
from storage.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What there was to be lost; times are in seconds."""

    db: str
    seed: int
    kills: dict[str, int]
    seconds: float
    deeds: int
    accepted: int
    refused_or_failed: int
    fetched_again: int
    tickets: int
    effects: int
    dead: list[str]
    most_crashes: int
    interrupted: int
    recovery_p50: float | None
    recovery_p95: float | None
    ended_by_themselves: list[str]
    machine: str
    date: str


async def measure(tx: Tx, people: People, toll: Toll, *, db: str, seed: int, seconds: float) -> Figures:
    """From the sandboxes' records and the bot's history."""
    deliveries = people.github.deliveries()
    jobs = list(await tx.exec(select(Job)))
    events = list(await tx.exec(select(JobEvent).order_by(col(JobEvent.job_id), col(JobEvent.id))))
    made = len(list(await tx.exec(select(Ticket.id))))
    recovered = sorted(_recoveries(events, toll.killed_at))
    return Figures(
        db=db,
        seed=seed,
        kills=dict(toll.kills),
        seconds=round(seconds, 1),
        deeds=people.deeds,
        accepted=len({one.guid for one in deliveries if one.is_ok}) + len(people.reports),
        refused_or_failed=sum(not one.is_ok for one in deliveries),
        fetched_again=sum(one.is_redelivery for one in deliveries),
        tickets=made,
        effects=len(list(posts(people.slack))) + len(people.github.comments(containing="chargehand:")),
        dead=[f"{job.kind} {job.id}: {job.error_text}" for job in jobs if job.state == "dead"],
        most_crashes=max((job.crashes for job in jobs), default=0),
        interrupted=len(recovered),
        recovery_p50=_percentile(recovered, 0.5),
        recovery_p95=_percentile(recovered, 0.95),
        ended_by_themselves=toll.exits,
        machine=f"{os.cpu_count()} x {platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def _recoveries(events: Sequence[JobEvent], killed_at: Sequence[datetime]) -> Iterator[float]:
    """Seconds from each kill until a job that it interrupted ran again; the events are in order, job by job."""
    for _, steps in groupby(events, key=lambda one: one.job_id):
        for before, crash, after in _windows(list(steps)):
            kill = next((at for at in killed_at if before.at <= at <= crash.at), None)
            if crash.stage == "crashed" and kill:
                yield (after.at - kill).total_seconds()


def _windows(steps: Sequence[JobEvent]) -> Iterator[tuple[JobEvent, JobEvent, JobEvent]]:
    """Each step with the one before and the one after it."""
    yield from zip(steps, steps[1:], steps[2:], strict=False)


def _percentile(ranked: Sequence[float], share: float) -> float | None:
    return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))], 2) if ranked else None
