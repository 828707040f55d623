"""After hours or a policy changed, many tickets' deadlines are worked out anew; nobody waits for it to write meanwhile.

All is read and reckoned outside of the write transaction, which then only stores it: for some tickets at a time, and
for none that somebody did something with in between. Those are reckoned alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.calendar.opening import Calendar
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.nudges.plan import STALE, Habit, habit_of_team, nudges_of
from agent.sla.clocks import reckon
from agent.sla.policy import Policy, calendar_for, policies_of
from agent.sla.times import DEEDS, steps_of, timed
from prompts.words import speaking
from storage import deadlines, queue, sla, tickets
from storage.database import Database, Tx
from storage.deadlines import Planned, Standing
from storage.reminders import Reminder, Step
from storage.sla import ALWAYS, BUSINESS, Course

KINDS = (*DEEDS, STALE)
CARDS = "cards"  # the job that shows the tickets on their cards as they are now
BATCH = 500  # are read and reckoned at once
AT_ONCE = 30  # are stored in one transaction: nobody waits for it longer than some milliseconds


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What counts for the tickets of a team."""

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]  # by the clock of a policy
    habit: Habit
    warn_percent: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """A ticket as it was read: itself, its clocks, what is planned of it by plan key, and what tells of a change."""

    ticket: Standing
    courses: Sequence[Course]
    planned: Mapping[str, Planned]
    marks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is to be stored of a ticket."""

    known: Known
    changed: Sequence[Course]
    due_at: datetime | None
    moved: Sequence[tuple[int, Step]]  # reminders that come at another time
    new: Sequence[Step]
    unwanted: Sequence[int]  # reminders that are not to come
    is_moved: bool  # a deadline is another one


async def replan(db: Database, desk_in: Callable[[Tx], Desk], *, team_id: int | None) -> None:
    """Work out the deadlines and nudges of a team's open tickets anew, or of all, and have moved ones shown."""
    last = 0
    rules: dict[int | None, Rules] = {}
    while True:
        async with db.read() as tx:
            desk, found = desk_in(tx), await _read(tx, team_id=team_id, after=last)
            for team in {one.ticket.team_id for one in found} - rules.keys():
                rules[team] = await _rules_of(desk, team)
            in_channel = {one.ticket.channel_id: one.ticket for one in found}
            languages = {channel: await of_ticket(desk, one) for channel, one in in_channel.items()}
        plain = [one for one in found if _is_plain(one, rules[one.ticket.team_id])]
        odd = {one.ticket.id for one in found} - {one.ticket.id for one in plain}
        for first in range(0, len(plain), AT_ONCE):
            outcomes = []
            for one in plain[first : first + AT_ONCE]:
                with speaking(languages[one.ticket.channel_id]):
                    outcomes.append(_reckoned(one, rules[one.ticket.team_id], now=desk.now))
            async with db.write(is_lasting=False) as tx:  # the job that asked ends with a commit that lasts
                odd |= await _keep(desk_in(tx), outcomes)
        for ticket_id in sorted(odd):
            await _alone(db, desk_in, ticket_id)
        if len(found) < BATCH:
            return
        last = found[-1].ticket.id


async def _read(tx: Tx, *, team_id: int | None, after: int) -> list[Known]:
    found = await deadlines.open_ones(tx, team_id=team_id, after=after, most=BATCH)
    ids = [one.id for one in found]
    courses, planned = await deadlines.courses(tx, ids), await deadlines.planned(tx, ids, kinds=KINDS)
    marks = await deadlines.marks(tx, ids)
    return [Known(ticket=one, courses=courses[one.id], planned=planned[one.id], marks=marks[one.id]) for one in found]


async def _alone(db: Database, desk_in: Callable[[Tx], Desk], ticket_id: int) -> None:
    async with db.write() as tx:
        at = desk_in(tx)
        desk = replace(at, key=f"{at.key}:{ticket_id}")
        ticket = await tickets.get(tx, ticket_id)
        if await reckon(desk, ticket):
            await notify.show_card(desk, ticket)


async def _rules_of(desk: Desk, team_id: int | None) -> Rules:
    return Rules(
        policies=await policies_of(desk.tx, team_id),
        calendars={
            clock: await calendar_for(desk.tx, desk.settings, team_id, clock=clock) for clock in (BUSINESS, ALWAYS)
        },
        habit=await habit_of_team(desk, team_id),
        warn_percent=desk.settings.sla_warn_percent,
    )


def _is_plain(known: Known, rules: Rules) -> bool:
    """Whether each target of its policy has a clock already, and each clock a target."""
    if known.ticket.priority is None:
        return False
    kinds = {course.kind for course in known.courses}
    targets = rules.policies[known.ticket.priority].targets
    return all((minutes is not None) == (kind in kinds) for kind, minutes in targets.items())


def _reckoned(known: Known, rules: Rules, *, now: datetime) -> Outcome:
    """What becomes of a ticket by these rules, with reasons in the language that is spoken here."""
    policy = rules.policies[known.ticket.priority or ""]
    targets: dict[str, int | None] = dict(policy.targets.items())
    calendar, running = rules.calendars[policy.clock], [one for one in known.courses if one.met_at is None]
    new = [
        timed(one, policy, calendar, minutes=targets[one.kind] or 0, warn_percent=rules.warn_percent, now=now)
        for one in running
    ]
    steps = [step for one in new for step in steps_of(known.ticket, one, calendar)]
    steps += nudges_of(known.ticket, rules.habit, rules.calendars[BUSINESS])
    keys, planned = {step.plan_key for step in steps}, known.planned
    return Outcome(
        known=known,
        changed=[after for before, after in zip(running, new, strict=True) if before != after],
        due_at=sla.first_due(new),
        moved=[
            (planned[step.plan_key].id, step)
            for step in steps
            if step.plan_key in planned and planned[step.plan_key].due_at != step.due_at
        ],
        new=[step for step in steps if step.plan_key not in planned],
        unwanted=[one.id for key, one in planned.items() if key not in keys],
        is_moved=[(one.due_at, one.clock) for one in running] != [(one.due_at, one.clock) for one in new],
    )


async def _keep(desk: Desk, outcomes: Sequence[Outcome]) -> set[int]:
    """Store it in the desk's transaction; the tickets with which somebody did something meanwhile, which are not."""
    tx, ids = desk.tx, [one.known.ticket.id for one in outcomes]
    marks = await deadlines.marks(tx, ids)
    same = [one for one in outcomes if marks[one.known.ticket.id] == one.known.marks]
    await deadlines.set_times(tx, [course for one in same for course in one.changed])
    due = {one.known.ticket.id: one.due_at for one in same if one.due_at != one.known.ticket.due_at}
    await deadlines.set_due(tx, due)
    await deadlines.move(tx, [moved for one in same for moved in one.moved])
    await deadlines.cancel_these(tx, [reminder_id for one in same for reminder_id in one.unwanted])
    like = Reminder(workspace_id=desk.workspace_id, kind="", due_at=desk.now, plan_key="", created_at=desk.now)
    await deadlines.plan_steps(tx, like, [(one.known.ticket.id, step) for one in same for step in one.new])
    await _ask_for_cards(desk, [one.known.ticket.id for one in same if one.is_moved])
    return {*ids} - {one.known.ticket.id for one in same}


async def _ask_for_cards(desk: Desk, moved: Sequence[int]) -> None:
    """A card takes longer than all the rest, and may follow."""
    if moved:
        once = f"{CARDS}:{desk.key}:{moved[0]}"
        await desk.put(CARDS, {"ticket_ids": list(moved)}, key=CARDS, dedupe_key=once, priority=queue.BULK)
