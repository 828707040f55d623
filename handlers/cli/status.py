"""`status`: what waits, who works on it, who leads, and what holds things up, from the database that all share."""

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.database import Tx
    from storage.gaps import Gap
    from storage.workers import Process

CLASSES = ("interactive", "event", "derived", "bulk")  # by priority
ROLES = ("clock", "outbox")


@dataclass(frozen=True, kw_only=True)
class At:
    """A process at work; `state` is working, draining or silent."""

    id: str
    role: str
    host: str
    version: str
    state: str
    heartbeat_seconds: float
    address: str | None


@dataclass(frozen=True, kw_only=True)
class LastGap:
    """When events were last not heard or turned away, and what was found of them; without `closed_at` it is open."""

    source: str
    reason: str
    since: datetime
    until: datetime
    found: int
    redelivered: int
    rescanned: int
    failed: int
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Status:
    """One look: numbers of jobs by class, by state and, of dead letters, by kind; `blocked`: bucket -> until when.

    `uncertain`: writes to Slack and GitHub of which nobody knows yet whether they happened. `held`: deliveries whose
    jobs follow when there is room.
    """

    database: str
    schema: str
    waiting: dict[str, int]
    scheduled: int
    running: int
    oldest_seconds: float
    pressure: str
    dead: dict[str, int]
    to_send: int
    uncertain: int
    processes: tuple[At, ...]
    leaders: dict[str, str | None]
    blocked: dict[str, datetime]
    held: int
    gap: "LastGap | None"


def register(cli: typer.Typer) -> None:
    @cli.command()
    def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
        """Show what waits, who works on it, who leads, what is blocked."""
        found = asyncio.run(_look())
        if as_json:
            typer.echo(json.dumps(asdict(found), indent=2, default=datetime.isoformat))
        else:
            _show(found)


async def _look() -> Status:
    from bot.settings import read_settings
    from handlers.cli.desk import look

    settings = read_settings()
    async with look(settings) as tx:
        return await _status_of(tx, settings, now=settings.clock())


async def _status_of(tx: "Tx", settings: "Settings", *, now: datetime) -> Status:
    """What the database says at this moment."""
    from bot.gauges import uncertain
    from storage import gaps, leases, limits, migrate, outbox, workers
    from storage.queue.bounds import pressure
    from storage.queue.load import load

    found, said = await load(tx, now=now), await outbox.backlog(tx)
    held = {role: await leases.of(tx, role) for role in ROLES}
    waiting = {name: found.unfinished.get(("ready", place), 0) for place, name in enumerate(CLASSES)}
    return Status(
        database=settings.database_name,
        schema=await migrate.revision(tx) or "none",
        waiting=waiting,
        scheduled=sum(number for (state, _), number in found.unfinished.items() if state == "scheduled"),
        running=sum(number for (state, _), number in found.unfinished.items() if state == "running"),
        oldest_seconds=(now - found.oldest).total_seconds() if found.oldest else 0.0,
        pressure=pressure(found.waiting, most=settings.queue_max),
        dead=found.dead,
        to_send=sum(said.get(state, 0) for state in outbox.UNFINISHED),
        uncertain=await uncertain(tx, now=now),
        processes=tuple(_at(process, now) for process in await workers.listing(tx)),
        leaders={role: lease.holder if lease and lease.until > now else None for role, lease in held.items()},
        blocked={row.name: row.blocked_until for row in await limits.blocked(tx, now=now) if row.blocked_until},
        held=found.held,
        gap=_gap(await gaps.newest(tx)),
    )


def _gap(row: "Gap | None") -> LastGap | None:
    if row is None:
        return None
    return LastGap(**{name: getattr(row, name) for name in LastGap.__dataclass_fields__})


def _at(process: "Process", now: datetime) -> At:
    from storage.workers import SILENT_AFTER

    silent = now - process.heartbeat_at
    state = "silent" if silent >= SILENT_AFTER else "draining" if process.draining else "working"
    return At(
        id=process.id,
        role=process.role,
        host=process.host,
        version=process.version,
        state=state,
        heartbeat_seconds=round(silent.total_seconds(), 1),
        address=process.address,
    )


def _show(found: Status) -> None:
    from handlers.cli.table import table

    for name, says in _lines(found):
        typer.echo(f"{name:<10} {says}")
    typer.echo()
    rows = [
        (at.id, at.role, at.host, at.version, at.state, f"{at.heartbeat_seconds:g} s ago", at.address or "")
        for at in found.processes
    ]
    table(("process", "role", "host", "version", "state", "heard of", "address"), rows, none="No process is at work.")


def _lines(found: Status) -> list[tuple[str, str]]:
    waiting = ", ".join(f"{name} {number}" for name, number in found.waiting.items() if number) or "nothing waits"
    oldest = f"; the oldest for {found.oldest_seconds:.0f} s" if any(found.waiting.values()) else ""
    pressure = f"; {found.held} deliveries wait for their jobs" if found.held else ""
    pressure += "" if found.pressure == "none" else f"; pressure: {found.pressure}"
    dead = ", ".join(f"{kind} {number}" for kind, number in sorted(found.dead.items()))
    uncertain = f"; {found.uncertain} writes to Slack and GitHub are uncertain" if found.uncertain else ""
    blocked = ", ".join(f"{name} until {until:%H:%M:%S}" for name, until in found.blocked.items())
    return [
        ("database", f"{found.database}, schema {found.schema}"),
        ("queue", f"{waiting}{oldest}; {found.running} running, {found.scheduled} scheduled{pressure}"),
        ("dead", f"{dead}: `python app.py jobs list --state dead`" if dead else "none"),
        ("to send", f"{found.to_send} messages{uncertain}"),
        ("leaders", ", ".join(f"{role}: {holder or 'nobody'}" for role, holder in found.leaders.items())),
        ("limits", blocked or "nothing is blocked"),
        ("last gap", _told(found.gap) if found.gap else "none"),
    ]


def _told(gap: LastGap) -> str:
    """From when to when, why, and what was found of it."""
    state = "made up for" if gap.closed_at else "open"
    told = f"{gap.source} {gap.since:%Y-%m-%d %H:%M} to {gap.until:%H:%M} ({gap.reason}), {state}"
    return f"{told}: {gap.found} missed, {gap.redelivered} came, {gap.rescanned} rescanned, {gap.failed} failed"
