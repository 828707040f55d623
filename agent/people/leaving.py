"""Somebody leaves or goes away: their open tickets go to others, and each manager reads one list that follows."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from agent.desk import Desk
from agent.language import of_person
from agent.more import more_lines
from agent.notices import notify
from agent.notices.attention import LIST
from bot.messages import Button, Message, by_name, escape
from prompts.words import Phrase, fixed, say, say_of, speaking
from storage import absences, audit, notices, people, queue, reminders, settings_kv, tickets
from storage.absences import Absence
from storage.audit import AuditEvent
from storage.calendars import of_team
from storage.database import Tx
from storage.people import Person
from storage.queue import Job
from storage.reminders import Reminder
from storage.tickets import OPEN, Ticket

JOB = "leaving"
DEPARTURE, BEGINS = "departure", "begins"  # kind and step of the reminder at which a planned absence begins
ON_ABSENCE, ON = "reassign_on_absence", "on"  # a setting of a team (settings_kv), off by default
GONE, AWAY = fixed("is deactivated"), fixed("is away")
ONE_GOES = fixed("@{who} {why}. Their 1 open ticket goes to others:")
MANY_GO = fixed("@{who} {why}. Their {count} open tickets go to others:")
SHOWN = 20
MOST = 1000  # tickets that one list follows


async def left(tx: Tx, person: Person, *, now: datetime, besides: int | None = None) -> None:
    """Slack says that a known person is deactivated: record it, and have their tickets given to others.

    Args:
        besides: a ticket that is being reassigned already.
    """
    person.is_active = False
    correlation_id = secrets.token_hex(6)
    gone = AuditEvent(
        workspace_id=person.workspace_id,
        at=now,
        actor="system",
        surface="system",
        action="deactivated",
        object_kind="person",
        object_id=str(person.id),
        correlation_id=correlation_id,
    )
    audit.record(tx, gone, before={"is_active": True}, after={"is_active": False})
    job = Job(
        workspace_id=person.workspace_id,
        kind=JOB,
        args={"person_id": person.id, "why": GONE, "besides": besides},
        key=f"person:{person.id}",
        dedupe_key=f"{JOB}:{person.id}:{now.isoformat()}",
        created_at=now,
        correlation_id=correlation_id,
    )
    await queue.put(tx, job)


async def open_tickets(desk: Desk, person: Person) -> list[Ticket]:
    """What somebody has, the loudest first."""
    return await tickets.open_ones(desk.tx, desk.workspace_id, assignee_id=person.id)


async def give_away(desk: Desk, person: Person, found: Sequence[Ticket], *, why: str) -> None:
    """A job for each ticket, so that one that cannot be given away does not hold up the others."""
    ids = [ticket.id for ticket in found][:MOST]
    for ticket in found:
        args = {"ticket_id": ticket.id, "person_id": person.id, "why": why, "list": desk.key, "tickets": ids}
        about = {"key": f"ticket:{ticket.id}", "dedupe_key": f"reassign:{desk.key}:{ticket.id}"}
        await desk.put("reassign", args, **about, priority=queue.EVENT)
    await show_list(desk, person, found, why=why, list_key=desk.key)


async def show_list(desk: Desk, person: Person, found: Sequence[Ticket], *, why: str, list_key: str) -> None:
    """Post each manager's list, or bring it up to date."""
    for manager, seen in await _by_manager(desk, person, found):
        with speaking(await of_person(desk, manager.id)):
            lines = [await _line(desk, person, ticket) for ticket in seen[:SHOWN]]
            head = say_of(len(seen), ONE_GOES, MANY_GO, who=escape(person.name), why=say(why))
            message = Message(text="\n".join([head, *lines, *more_lines(len(seen), SHOWN)]))
            await _say(desk, manager, seen[0], message, key=f"{JOB}:{list_key}")


async def go_away(desk: Desk, person: Person) -> None:
    """Somebody goes away: what teams that want it so gave them goes to others, about the rest managers are asked."""
    found = await open_tickets(desk, person)
    scopes = {ticket.team_id: of_team(ticket.team_id) for ticket in found if ticket.team_id}
    said = await settings_kv.of_scopes(desk.tx, list(scopes.values()), (ON_ABSENCE,))
    wanted = {team_id for team_id, scope in scopes.items() if said.get((scope, ON_ABSENCE)) == ON}
    if moving := [ticket for ticket in found if ticket.team_id in wanted]:
        await give_away(desk, person, moving, why=AWAY)
    if staying := [ticket for ticket in found if ticket.team_id not in wanted]:
        await _ask_managers(desk, person, staying)


async def plan_departure(desk: Desk, absence: Absence) -> None:
    """What becomes of their tickets is settled when the absence begins, in place of when it was to begin before."""
    await call_off(desk, absence)
    begins = Reminder(
        workspace_id=desk.workspace_id,
        kind=DEPARTURE,
        step=BEGINS,
        person_id=absence.person_id,
        due_at=absence.starts,
        reason="it was said before",
        plan_key=f"{_plan_key(absence)}{desk.key}",
        created_at=desk.now,
    )
    await reminders.plan(desk.tx, [begins])


async def call_off(desk: Desk, absence: Absence) -> None:
    """Nothing comes of its beginning."""
    await reminders.cancel_planned(desk.tx, _plan_key(absence))


def _plan_key(absence: Absence) -> str:
    """How the keys begin of what is planned for its beginning."""
    return f"{DEPARTURE}:{absence.id}:"


async def depart(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """A planned absence begins, late or not; why nothing comes of it, if so."""
    person = await people.get(desk.tx, reminder.person_id or 0)
    if person.id not in await absences.at(desk.tx, [person.id], now=desk.now):
        return "they are not away"
    await go_away(desk, person)
    return ""


async def _ask_managers(desk: Desk, person: Person, found: Sequence[Ticket]) -> None:
    """Somebody goes away: each manager says whether their tickets go to others; until then nothing moves."""
    for manager, seen in await _by_manager(desk, person, found):
        with speaking(await of_person(desk, manager.id)):
            lines = [f"• {notify.headline(ticket)}{_mark(ticket)}" for ticket in seen[:SHOWN]]
            head = say("@{who} is away and has {count} open:", who=escape(person.name), count=len(seen))
            message = Message(text="\n".join([head, *lines, *more_lines(len(seen), SHOWN)]), buttons=_choices(person))
            await _say(desk, manager, seen[0], message, key=f"away:{desk.key}")


def _choices(person: Person) -> tuple[Button, ...]:
    return (
        Button(label=say("Reassign all"), action="reassign-all", value=f"<@{person.slack_id}>", style="primary"),
        Button(label=say("Keep"), action="keep-all", value=f"<@{person.slack_id}>"),
    )


async def _by_manager(desk: Desk, person: Person, found: Sequence[Ticket]) -> list[tuple[Person, list[Ticket]]]:
    """Who manages the team of each ticket and may see it; not the person themselves."""
    by_id: dict[int, tuple[Person, list[Ticket]]] = {}
    for ticket in found:
        for manager in await notify.managers_of(desk, ticket):
            if manager.id != person.id:
                by_id.setdefault(manager.id, (manager, []))[1].append(ticket)
    return list(by_id.values())


async def _line(desk: Desk, person: Person, ticket: Ticket) -> str:
    has_it = await tickets.assignees(desk.tx, ticket.id)
    names = by_name(other.name for other in has_it)
    nobody = say("nobody: {reason}", reason=escape(ticket.assign_reason))
    now = "…" if person in has_it and ticket.status in OPEN else names or nobody
    return f"• {notify.headline(ticket)}{_mark(ticket)} → {now}"


def _mark(ticket: Ticket) -> str:
    return say(" *(critical)*") if ticket.priority == "critical" else ""


async def _say(desk: Desk, manager: Person, about: Ticket, message: Message, *, key: str) -> None:
    """Tell it now or when it suits them; what was told, or waits to be, is brought up to date."""
    own, payload = f"{key}:{manager.id}", message.model_dump_json()
    is_known = await notify.edit(desk, about, own, channel_id=manager.slack_id, payload=payload)
    if not is_known and not await notices.reword(desk.tx, own, message.text):
        await notify.tell(desk, None, manager, message.text, key=own, sort=LIST, buttons=message.buttons)
