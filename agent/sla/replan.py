"""After hours or a policy changed, many tickets' deadlines are worked out anew; nobody waits for it to write meanwhile.

All is read and reckoned outside of the write transaction, which then only stores it: for a few tickets at a time, and
for none that somebody did something with in between. Those are reckoned alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agent.calendar.opening import Calendar
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.nudges.plan import STALE, Habit, habit_of_team, nudges_of
from agent.sla.clocks import DEEDS, reckon, set_times, steps_of
from agent.sla.policy import Policy, calendar_for, policies_of
from prompts.words import speaking
from storage import deadlines, queue, sla, tickets
from storage.database import Database, Tx
from storage.reminders import Reminder, Step
from storage.sla import ALWAYS, BUSINESS, SlaClock
from storage.tickets import Ticket

KINDS = (*DEEDS, STALE)
CARDS = "cards"  # the job that shows the tickets on their cards as they are now
BATCH = 100  # are read and reckoned at once
AT_ONCE = 25  # are stored in one transaction: nobody waits for it longer than some milliseconds


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What counts for the tickets of a team."""

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]  # by the clock of a policy
    habit: Habit


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """What is to be stored of a ticket, and in which state it was when it was read."""

    ticket_id: int
    state: tuple[Any, ...]
    clock_states: Mapping[int, tuple[Any, ...]]
    clocks: Sequence[SlaClock]
    due_at: datetime | None
    wanted: Sequence[Step]
    unwanted: Collection[int]
    is_moved: bool


async def replan(db: Database, desk_in: Callable[[Tx], Desk], *, team_id: int | None) -> None:
    """Work out the deadlines and nudges of a team's open tickets anew, or of all, and have moved ones shown."""
    last = 0
    rules: dict[int | None, Rules] = {}
    while True:
        async with db.read() as tx:
            found = await sla.with_clocks(tx, team_id=team_id, after=last, most=BATCH)
            reckoned = await reckon_all(desk_in(tx), found, rules)
        odd = {*found} - {one.ticket_id for one in reckoned}
        for first in range(0, len(reckoned), AT_ONCE):
            async with db.write() as tx:
                odd |= {*await keep(desk_in(tx), reckoned[first : first + AT_ONCE])}
        for ticket_id in sorted(odd):
            await _alone(db, desk_in, ticket_id)
        if len(found) < BATCH:
            return
        last = found[-1]


async def _alone(db: Database, desk_in: Callable[[Tx], Desk], ticket_id: int) -> None:
    async with db.write() as tx:
        at = desk_in(tx)
        desk = replace(at, key=f"{at.key}:{ticket_id}")
        ticket = await tickets.get(tx, ticket_id)
        if await reckon(desk, ticket):
            await notify.show_card(desk, ticket)


async def rules_of(desk: Desk, team_id: int | None) -> Rules:
    return Rules(
        policies=await policies_of(desk.tx, team_id),
        calendars={
            clock: await calendar_for(desk.tx, desk.settings, team_id, clock=clock) for clock in (BUSINESS, ALWAYS)
        },
        habit=await habit_of_team(desk, team_id),
    )


async def reckon_all(desk: Desk, ticket_ids: Sequence[int], rules: dict[int | None, Rules]) -> list[Reckoned]:
    """What many tickets' clocks become, by what stands in a read transaction; the odd ones are left out.

    Args:
        rules: what is known of teams; what is missing is added.
    """
    found, clocks = await deadlines.several(desk.tx, ticket_ids), await deadlines.clocks_of(desk.tx, ticket_ids)
    before, planned = await deadlines.clock_states(desk.tx, ticket_ids), await _planned(desk, ticket_ids)
    for team_id in {ticket.team_id for ticket in found} - rules.keys():
        rules[team_id] = await rules_of(desk, team_id)
    languages = {where: await of_ticket(desk, one) for where, one in {one.channel_id: one for one in found}.items()}
    desk.tx.expunge_all()  # what is worked out is no change of what was read
    reckoned = []
    for ticket in found:
        if _is_plain(ticket, clocks[ticket.id], rules[ticket.team_id]):
            known = planned.get(ticket.id, {})
            with speaking(languages[ticket.channel_id]):
                reckoned.append(_reckoned(desk, ticket, clocks[ticket.id], before, known, rules[ticket.team_id]))
    return reckoned


async def _planned(desk: Desk, ticket_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, datetime]]]:
    """By ticket; its id stands second in each key."""
    found: dict[int, dict[str, tuple[int, datetime]]] = {}
    for key, known in (await deadlines.live_of(desk.tx, ticket_ids, kinds=KINDS)).items():
        found.setdefault(int(key.split(":")[1]), {})[key] = known
    return found


def _is_plain(ticket: Ticket, clocks: Sequence[SlaClock], rules: Rules) -> bool:
    """Whether each target of its policy has a clock already, and each clock a target."""
    if ticket.priority is None:
        return False
    known = {clock.kind for clock in clocks}
    return all(
        (minutes is not None) == (kind in known) for kind, minutes in rules.policies[ticket.priority].targets.items()
    )


def _reckoned(
    desk: Desk,
    ticket: Ticket,
    clocks: Sequence[SlaClock],
    before: Mapping[int, tuple[Any, ...]],
    known: Mapping[str, tuple[int, datetime]],
    rules: Rules,
) -> Reckoned:
    policy = rules.policies[ticket.priority or ""]
    calendar, running = rules.calendars[policy.clock], [clock for clock in clocks if clock.met_at is None]
    targets: dict[str, int | None] = dict(policy.targets.items())
    times = [(clock.due_at, clock.clock) for clock in running]
    for clock in running:
        set_times(desk, clock, policy, calendar, minutes=targets[clock.kind] or 0)
    wanted = [step for clock in running for step in steps_of(desk, ticket, clock, calendar)]
    wanted += nudges_of(desk, ticket, rules.habit, rules.calendars[BUSINESS])
    keys = {one.plan_key for one in wanted}
    return Reckoned(
        ticket_id=ticket.id,
        state=deadlines.state_of(ticket),
        clock_states={clock.id: before[clock.id] for clock in clocks},
        clocks=running,
        due_at=sla.first_due(running),
        wanted=[one for one in wanted if known.get(one.plan_key, (0, None))[1] != one.due_at],
        unwanted=[reminder_id for key, (reminder_id, _) in known.items() if key not in keys],
        is_moved=times != [(clock.due_at, clock.clock) for clock in running],
    )


async def keep(desk: Desk, reckoned: Sequence[Reckoned]) -> list[int]:
    """Store it in the desk's transaction; the tickets with which somebody did something meanwhile, which are not."""
    ids = [one.ticket_id for one in reckoned]
    states, clock_states = await deadlines.ticket_states(desk.tx, ids), await deadlines.clock_states(desk.tx, ids)
    same = [one for one in reckoned if states.get(one.ticket_id) == one.state and _is_still(one, clock_states)]
    await deadlines.set_times(desk.tx, [clock for one in same for clock in one.clocks])
    await deadlines.set_due(desk.tx, {one.ticket_id: one.due_at for one in same})
    await deadlines.cancel_these(desk.tx, [reminder_id for one in same for reminder_id in one.unwanted])
    like = Reminder(workspace_id=desk.workspace_id, kind="", due_at=desk.now, plan_key="", created_at=desk.now)
    await deadlines.plan_steps(desk.tx, like, [(one.ticket_id, step) for one in same for step in one.wanted])
    await _ask_for_cards(desk, [one.ticket_id for one in same if one.is_moved])
    return sorted({*ids} - {one.ticket_id for one in same})


async def _ask_for_cards(desk: Desk, moved: Sequence[int]) -> None:
    """A card takes longer than all the rest, and may follow."""
    if moved:
        once = f"{CARDS}:{desk.key}:{moved[0]}"
        await desk.put(CARDS, {"ticket_ids": list(moved)}, key=CARDS, dedupe_key=once, priority=queue.BULK)


def _is_still(one: Reckoned, states: Mapping[int, tuple[Any, ...]]) -> bool:
    return all(states.get(clock_id) == state for clock_id, state in one.clock_states.items())
