"""A ticket's clocks start with it, stop when it is seen or done, and go on by what its priority and team become."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.calendar.opening import Calendar
from agent.desk import Desk
from agent.language import of_ticket
from agent.nudges.plan import STALE, nudges, plan_nudges, planned
from agent.sla.policy import Policy, calendar_for, policies_of
from agent.sla.times import steps_of, timed
from prompts.words import speaking
from storage import queue, reminders, sla
from storage.sla import OFF, Kind, SlaClock
from storage.tickets import OPEN, Ticket

SNOOZE = "snooze"


async def reckon(desk: Desk, ticket: Ticket) -> bool:
    """Start the clocks, or work those that still run out anew from the beginning; whether a deadline moved.

    What comes when nobody does anything with the ticket is worked out anew, too.

    To be called after each change of what counts: priority, team, policy, hours, snooze.
    """
    if ticket.priority is None:
        await plan_nudges(desk, ticket)
        return False
    kinds, steps = [STALE], await nudges(desk, ticket)
    language = await of_ticket(desk, ticket)
    policy = (await policies_of(desk.tx, ticket.team_id))[ticket.priority]
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=policy.clock)
    known = {clock.kind: clock for clock in await sla.clocks(desk.tx, ticket.id)}
    moved = False
    for kind, minutes in policy.targets.items():
        clock = known.get(kind)
        if clock and clock.met_at:
            continue
        if minutes is None:
            moved |= await _switch_off(desk, ticket, clock)
            continue
        before = (clock.due_at, clock.clock) if clock else None
        clock = known[kind] = clock or _start(desk, ticket, kind, started_at=ticket.created_at)
        _set_times(desk, clock, policy, calendar, minutes=minutes)
        moved |= (clock.due_at, clock.clock) != before
        kinds.append(kind)
        if not desk.is_silent:
            with speaking(language):
                steps += steps_of(ticket, clock.course, calendar)
    await reminders.replan(desk.tx, ticket.id, kinds=kinds, wanted=planned(desk, ticket, steps))
    ticket.due_at = sla.first_due(known.values())
    return moved


async def move_deadlines(desk: Desk, team_id: int | None) -> None:
    """Have the deadlines of a team's open tickets, or of all, worked out anew: hours, holidays or a policy changed."""
    once = f"deadlines:{team_id or 'all'}:{desk.key}"
    # One after the other: what a later change of the rules means must not be overwritten by what was read before it.
    await desk.put("deadlines", {"team_id": team_id}, key="deadlines", dedupe_key=once, priority=queue.BULK)


def is_unseen(ticket: Ticket, clocks: Sequence[SlaClock]) -> bool:
    """Whether nobody has acknowledged it, or nobody has since it was opened again."""
    return ticket.acknowledged_at is None or any(clock.kind == "ack" and clock.is_running for clock in clocks)


async def acknowledge(desk: Desk, ticket: Ticket) -> None:
    """Somebody has seen it: claimed, acknowledged, started, or written by an assignee."""
    ticket.acknowledged_at = ticket.acknowledged_at or desk.now
    for clock in await sla.clocks(desk.tx, ticket.id):
        if clock.kind == "ack":
            await _meet(desk, ticket, clock)
    await sla.keep_due(desk.tx, ticket)


async def follow(desk: Desk, ticket: Ticket, *, before: Mapping[str, Any], changed: Collection[str]) -> None:
    """What a change of a ticket's fields does to its clocks; `before` holds what they were."""
    if "status" in changed:
        await _follow_status(desk, ticket, before=before["status"], is_reopened="rests" in changed)
    if "waiting_on" in changed and ticket.status in OPEN:
        await _follow_waiting(desk, ticket)
    if before["acknowledged_at"] and ticket.acknowledged_at is None:
        await _forget_acknowledgement(desk, ticket)
    counts = {"priority", "team_id"} | ({"snoozed_until"} if ticket.status in OPEN else set())
    if counts & set(changed):
        await reckon(desk, ticket)
    await sla.keep_due(desk.tx, ticket)


async def _follow_status(desk: Desk, ticket: Ticket, *, before: str, is_reopened: bool) -> None:
    """Done stops the clocks; open again starts a new one for acknowledging, unless "done" was taken back."""
    if before not in OPEN and ticket.status in OPEN:
        await (_reopen if is_reopened else _go_on)(desk, ticket)
    elif ticket.status != "open":
        await acknowledge(desk, ticket)
    if before in OPEN and ticket.status not in OPEN:
        for clock in await sla.clocks(desk.tx, ticket.id):
            await _meet(desk, ticket, clock)
            clock.paused_since = clock.paused_since or desk.now


async def _follow_waiting(desk: Desk, ticket: Ticket) -> None:
    """What its reporter has to say is not the team's time."""
    is_theirs = ticket.waiting_on is not None and ticket.waiting_on == ticket.reporter_id
    for clock in await sla.clocks(desk.tx, ticket.id):
        if clock.kind == "resolve" and clock.met_at is None:
            _end_pause(clock, desk.now)
            clock.paused_since = ticket.waiting_since if is_theirs else None
    await reckon(desk, ticket)


def _end_pause(clock: SlaClock, now: datetime) -> None:
    if clock.paused_since:
        clock.pauses = [*clock.pauses, [clock.paused_since.isoformat(), now.isoformat()]]
        clock.paused_since = None


async def _reopen(desk: Desk, ticket: Ticket) -> None:
    for clock in await sla.clocks(desk.tx, ticket.id):
        if clock.kind == "ack":
            _start(desk, ticket, "ack", started_at=desk.now, generation=clock.generation + 1)
        elif clock.paused_since:
            _end_pause(clock, desk.now)
            clock.met_at = None
    await reckon(desk, ticket)


async def _go_on(desk: Desk, ticket: Ticket) -> None:
    """As if it had never been done."""
    for clock in await sla.clocks(desk.tx, ticket.id):
        clock.paused_since = None
        if clock.kind == "resolve" or ticket.acknowledged_at is None:
            clock.met_at = None
    await reckon(desk, ticket)


async def _forget_acknowledgement(desk: Desk, ticket: Ticket) -> None:
    for clock in await sla.clocks(desk.tx, ticket.id):
        if clock.kind == "ack":
            clock.met_at = None
    await reckon(desk, ticket)


def _start(desk: Desk, ticket: Ticket, kind: Kind, *, started_at: datetime, generation: int = 1) -> SlaClock:
    """A clock whose times are still to be set; what was done before it could start is done."""
    clock = SlaClock(
        workspace_id=desk.workspace_id,
        ticket_id=ticket.id,
        kind=kind,
        generation=generation,
        target_minutes=0,
        clock="",
        started_at=started_at,
        warn_at=started_at,
        due_at=started_at,
        met_at=ticket.resolved_at if kind == "resolve" else ticket.acknowledged_at if generation == 1 else None,
        paused_since=ticket.resolved_at,
    )
    desk.tx.add(clock)
    return clock


def _set_times(desk: Desk, clock: SlaClock, policy: Policy, calendar: Calendar, *, minutes: int) -> None:
    warn = desk.settings.sla_warn_percent
    new = timed(clock.course, policy, calendar, minutes=minutes, warn_percent=warn, now=desk.now)
    for name in sla.TIMES:
        setattr(clock, name, getattr(new, name))


async def _meet(desk: Desk, ticket: Ticket, clock: SlaClock) -> None:
    if clock.met_at is None:
        clock.met_at = desk.now
        if clock.due_at <= (clock.paused_since or desk.now):  # the time of a pause is not the team's
            clock.breached_at = clock.breached_at or clock.due_at
    await reminders.cancel(desk.tx, ticket.id, kind=clock.kind)


async def _switch_off(desk: Desk, ticket: Ticket, clock: SlaClock | None) -> bool:
    """Without a target there is nothing to wait for; a breach there was stays on record. Whether that is news."""
    if clock is None or clock.clock == OFF:
        return False
    clock.clock = OFF
    await reminders.cancel(desk.tx, ticket.id, kind=clock.kind)
    return True
