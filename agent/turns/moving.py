"""What happens to a ticket or a pull request moves the phase of their threads, on record."""

from collections.abc import Iterable
from typing import cast

import structlog

from agent.desk import Desk
from agent.github.pull_said import link_kept
from agent.turns.phase import Event, Phase, is_expected, next_phase
from storage import pulls, thread_links
from storage.thread_links import ThreadLink
from storage.tickets import OPEN, Ticket

log = structlog.get_logger()


async def follow_status(desk: Desk, ticket: Ticket, *, before: str) -> None:
    """A ticket's status changed: its threads are done, abandoned, or open again."""
    rows = await thread_links.of_tickets(desk.tx, [ticket.id])
    was_over, is_over = before not in OPEN, ticket.status not in OPEN
    if is_over:
        await move(desk, rows, "resolved" if ticket.status == "resolved" else "not planned")
    elif was_over:
        await reopened(desk, rows)


async def reopened(desk: Desk, rows: Iterable[ThreadLink]) -> None:
    """What these threads are about is open again; of one with an open pull request, at work."""
    for row in rows:
        await move(desk, [row], "reopened with a pull" if await _has_open_pull(desk, row) else "reopened")


async def begun(desk: Desk, channel_id: str, thread_ts: str) -> None:
    """Somebody asks for something in a thread: it has a phase from now on, whatever comes of it."""
    if await thread_links.begin(desk.tx, desk.workspace_id, channel_id, thread_ts):
        await link_kept(desk, channel_id, thread_ts)


async def link_thread(desk: Desk, channel_id: str, thread_ts: str, *, ticket_id: int) -> None:
    """A thread has a ticket from now on."""
    phase = await thread_links.link(desk.tx, desk.workspace_id, channel_id, thread_ts, ticket_id=ticket_id)
    if phase != thread_links.INTAKE:
        await link_kept(desk, channel_id, thread_ts)
    elif row := await thread_links.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts):
        await move(desk, [row], "tracked")


async def move(desk: Desk, rows: Iterable[ThreadLink], event: Event) -> None:
    """Move these threads on, each change on record; write transactions take turns, so two events at once do too."""
    for row in rows:
        phase = cast("Phase", row.phase)
        after = next_phase(phase, event)
        if not is_expected(phase, event):
            log.info("phase not moved", phase=phase, news=event, thread=row.thread_ts)
        if after == phase:
            continue
        await thread_links.move(desk.tx, row, after, event=event, now=desk.now)
        told = {"channel": row.channel_id, "thread": row.thread_ts}
        desk.audit(
            "phase", "thread", row.id, before=told | {"phase": phase}, after=told | {"phase": after, "by": event}
        )


async def _has_open_pull(desk: Desk, row: ThreadLink) -> bool:
    return row.pull_id is not None and (await pulls.get(desk.tx, row.pull_id)).state == "open"
