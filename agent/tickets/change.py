"""The one way a person's or GitHub's change reaches a ticket: recorded, shown, and kept so that it can be undone."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from agent.assigning.assign import why_not
from agent.cards.calls import settle_calls
from agent.cards.reaction import show_status
from agent.desk import Desk
from agent.home.follow import touched as touch_homes
from agent.language import of_ticket
from agent.notices import notify
from agent.sla.clocks import follow
from agent.tickets import merging, snooze
from agent.tickets.activity import touched
from agent.tickets.overseen import tell_overseers
from agent.tickets.watching import followers, tell_watchers
from agent.turns.moving import follow_status
from bot.access import can
from bot.errors import UserError
from bot.messages import Button, escape
from prompts.words import Phrase, fixed, say, speaking
from storage import people, reminders, tickets, undo_steps
from storage.reminders import UNDO, Reminder
from storage.tickets import OPEN, Ticket
from storage.undo_steps import UndoStep

ASSIGNEES = "assignees"
MOMENTS = {"resolved_at", "acknowledged_at", "waiting_since", "snoozed_until"}
FIELDS = (
    "status", "resolution", "resolved_at", "acknowledged_at", "rests", "priority", "team_id", "team_source",
    "assign_reason", "waiting_on", "waiting_for", "waiting_since", "snoozed_until", "snooze_kind",
    "title", "description", "category", "severity", "effort", "component", "tags",
    "duplicate_of",
)  # fmt: skip
FOLLOWING = {"resolution", "resolved_at", "rests", "assign_reason", "waiting_since", "team_source", "snooze_kind"}
RECORDED_AS = {"team_id": "team"}
BUTTON_LASTS = timedelta(minutes=10)

Values = Mapping[str, Any]


@asynccontextmanager
async def changing(
    desk: Desk,
    ticket: Ticket,
    action: str,
    *,
    said: Phrase | str,
    needs: str,
    told: Phrase | str = "",
    note: Values | None = None,
) -> AsyncIterator[None]:
    """Whatever the block does to the ticket and its assignees is one change.

    Args:
        action: as it stands in the audit record.
        said: the change in words, for the card ("claimed by @x").
        needs: the action (bot/access.py) of taking it back.
        told: what the ticket's thread is told, if anything. Both are said in the language of the thread.
        note: goes on record beside the fields that changed.
    """
    before = await _values(desk, ticket)
    yield
    await desk.tx.flush()
    after = await _values(desk, ticket)
    changed = {name for name in before if before[name] != after[name]}
    await follow(desk, ticket, before=before, changed=changed)
    if "snoozed_until" in changed:
        await snooze.follow(desk, ticket, reason=str((note or {}).get("reason") or ""))
    await touched(desk, ticket, is_snooze="snoozed_until" in changed)
    ticket.version += 1
    _record(desk, ticket, action, changed, before=before, after=after, note=note or {})
    with speaking(await of_ticket(desk, ticket)):
        shown, in_thread = str(said), str(told)
    step = _step(desk, ticket, said=shown, needs=needs, told=in_thread)
    step.before, step.after = ({name: values[name] for name in changed} for values in (before, after))
    desk.tx.add(step)
    await desk.tx.flush()
    await notify.show_card(desk, ticket, change=shown)
    await _tell(desk, ticket, action, said, changed=changed, before=before, after=after)
    if in_thread:
        await _tell_thread(desk, ticket, in_thread, needs=needs)
    await touch_homes(desk)


async def _tell(
    desk: Desk, ticket: Ticket, action: str, said: Phrase | str, *, changed: set[str], before: Values, after: Values
) -> None:
    """Have all hear of it whom it concerns, but in its own thread: each once."""
    if ticket.status not in OPEN or (after[ASSIGNEES] and changed & {ASSIGNEES, "acknowledged_at"}):
        await settle_calls(desk, ticket, said)
    if "status" in changed:
        await show_status(desk, ticket, before=before["status"])
        await follow_status(desk, ticket, before=before["status"])
        if action != "undo":  # the message that told of it is edited instead
            await tell_watchers(desk, ticket, said)
    await merging.follow(desk, ticket, action, before=before, changed=changed)
    await tell_overseers(desk, ticket, action, said, told=await _told(desk, ticket, changed, before, after))


async def _told(desk: Desk, ticket: Ticket, changed: set[str], before: Values, after: Values) -> set[int | None]:
    """Who hears of a change as something else: whose ticket it is now, whom it waits for, who watches its status."""
    given = {*after[ASSIGNEES]} - {*before[ASSIGNEES]}
    awaited = {ticket.waiting_on} if "waiting_on" in changed else set()
    watching = {one.id for one in await followers(desk.tx, ticket)} if "status" in changed else set()
    return given | awaited | watching


async def _tell_thread(desk: Desk, ticket: Ticket, text: str, *, needs: str) -> None:
    with speaking(await of_ticket(desk, ticket)):
        buttons = await undo_button(desk, ticket, needs)
    await notify.say_in_thread(desk, ticket, text, name=notify.CHANGE, buttons=buttons)


def _step(desk: Desk, ticket: Ticket, *, said: str, needs: str, told: str) -> UndoStep:
    """The change that made the present version, without its fields."""
    return UndoStep(
        workspace_id=desk.workspace_id,
        ticket_id=ticket.id,
        version=ticket.version,
        who=desk.who,
        person_id=desk.actor.person_id if desk.actor else None,
        at=desk.now,
        said=said,
        needs=needs,
        before={},
        after={},
        work_key=desk.key,
        told=told,
        correlation_id=desk.correlation_id,
    )


async def undo_button(desk: Desk, ticket: Ticket, needs: str) -> tuple[Button, ...]:
    """The button that takes the ticket's newest change back, for someone who may; it goes after ten minutes."""
    if desk.actor is None or not can(desk.actor, needs, await desk.target(ticket)):
        return ()
    end = Reminder(
        workspace_id=desk.workspace_id,
        kind=UNDO,
        ticket_id=ticket.id,
        due_at=desk.now + BUTTON_LASTS,
        generation=ticket.version,
        plan_key=f"{UNDO}:{ticket.id}:{ticket.version}",
        created_at=desk.now,
    )
    await reminders.plan(desk.tx, [end])
    return (Button(label=say("Undo"), action="undo", value=ticket.named_version),)


async def put_back(desk: Desk, ticket: Ticket, values: Values) -> list[str]:
    """Give fields the values that a step kept; nobody is told that a ticket is theirs again.

    Returns:
        Why somebody who had it does not get it back, a sentence each.

    Raises:
        UserError: it would be a duplicate of one that has become a duplicate of it, or a deleted team's.
    """
    await merging.refuse_circle(desk.tx, ticket, values.get("duplicate_of"))
    await _refuse_deleted(desk, ticket, values.get("team_id"))
    for name, value in values.items():
        if name != ASSIGNEES:
            setattr(ticket, name, _revived(name, value))
    return await _hand_to(desk, ticket, values[ASSIGNEES]) if ASSIGNEES in values else []


async def _refuse_deleted(desk: Desk, ticket: Ticket, team_id: int | None) -> None:
    if team_id and team_id != ticket.team_id and await people.team_of_id(desk.tx, team_id) is None:
        name = escape((await people.get_team(desk.tx, team_id)).name)
        deleted = fixed("{ticket} would go back to {team}, which was deleted: `move {ticket} TEAM` instead.")
        raise UserError(say(deleted, ticket=ticket.name, team=name))


def _revived(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name in MOMENTS else value


async def as_of(desk: Desk, ticket: Ticket, version: int) -> Ticket:
    """The ticket as it was at a version, by what was changed since; to look at, not to be kept."""
    older = Ticket(**{name: getattr(ticket, name) for name in Ticket.model_fields})
    for step in reversed(await undo_steps.after(desk.tx, ticket.id, version)):
        for name, value in step.before.items():
            if name != ASSIGNEES:
                setattr(older, name, _revived(name, value))
    return older


async def present(desk: Desk, ticket: Ticket, names: Iterable[str]) -> Values:
    """These fields as they are now, in the form in which steps keep them."""
    values = await _values(desk, ticket)
    return {name: values[name] for name in names}


async def _values(desk: Desk, ticket: Ticket) -> dict[str, Any]:
    values = {name: getattr(ticket, name) for name in FIELDS}
    moments = {name: values[name].isoformat() for name in MOMENTS if values[name]}
    return values | moments | {ASSIGNEES: [person.id for person in await tickets.assignees(desk.tx, ticket.id)]}


def _record(
    desk: Desk, ticket: Ticket, action: str, changed: set[str], *, before: Values, after: Values, note: Values
) -> None:
    """One audit event: the fields that changed, without what follows from others; of who has it, unless it is about
    the status, also what stayed."""
    told = changed - FOLLOWING
    told = told - {"acknowledged_at"} if "status" in changed else told | {ASSIGNEES}
    was, now = (
        {RECORDED_AS.get(name, name): value for name, value in values.items() if name in told}
        for values in (before, after)
    )
    desk.audit(action, "ticket", ticket.id, before=was, after=now | dict(note))


async def _hand_to(desk: Desk, ticket: Ticket, person_ids: list[int]) -> list[str]:
    """From the first one who is not in their place all are assigned anew: the order says who is the main one.

    Who cannot be given it any more is left out, and named in a sentence.
    """
    had = [person.id for person in await tickets.assignees(desk.tx, ticket.id)]
    wanted = [await people.get(desk.tx, id_) for id_ in person_ids]
    barred = {one.id: why for one in wanted if one.id not in had and (why := why_not(desk, ticket, one))}
    person_ids = [id_ for id_ in person_ids if id_ not in barred]
    kept = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(had, person_ids, strict=False))))
    for person_id in had[kept:]:
        await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=None, person_id=person_id)
    for person_id in person_ids[kept:]:
        await tickets.assign(desk.tx, ticket, person_id=person_id, now=desk.now)
    return list(barred.values())
