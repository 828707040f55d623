"""Each step of a ladder comes once for each of a ticket's clocks, whatever happens to it, and only while it applies."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from agent.assigning import assign
from agent.commands.run import run_line
from agent.commands.snooze import put_off
from agent.desk import Desk
from agent.digest.build import read_held
from agent.due import act_on
from agent.people.admit import actor_of
from agent.sla.clocks import acknowledge, reckon
from agent.sla.policy import read_span
from agent.tickets.transition import change_status
from bot.errors import UserError
from storage import people, reminders, sla, tickets
from storage.notices import Notice
from storage.outbox import Outgoing
from storage.people import Person
from storage.reminders import Reminder, ReminderSend
from storage.sla import ALWAYS, BUSINESS
from tests.agent.conftest import NOW, MakeTicket

SERIAL = count(1)
DEEDS = ["20 min", "3 h", "a day", "claim", "done", "open", "critical", "medium", "high", "snooze"]
SPANS = {"20 min": timedelta(minutes=20), "3 h": timedelta(hours=3), "a day": timedelta(days=1)}


async def fire(desk: Desk) -> None:
    """What the clock and the workers do: ask for what is due, and act on it, each twice as after a crash."""
    due = await reminders.ask_for(desk.tx, await reminders.due(desk.tx, now=desk.now, most=100))
    for one in [*due, *due]:
        await desk.tx.flush()
        desk.tx.expunge_all()
        at_work = replace(desk, key=f"job:{next(SERIAL)}", actor=None)
        await act_on(at_work, await reminders.get(desk.tx, one.reminder_id), fire_at=one.fire_at)
    await desk.tx.flush()
    desk.tx.expunge_all()


async def do(desk: Desk, ticket_id: int, deed: str) -> None:
    ticket = await tickets.get(desk.tx, ticket_id)
    is_open = ticket.status in tickets.OPEN
    match deed:
        case "claim" if is_open:
            await acknowledge(desk, ticket)
        case "done" if is_open:
            await change_status(desk, ticket, "resolved", reason="fixed", said="")
        case "open" if not is_open:
            await change_status(desk, ticket, "open", reason="again", said="")
        case "critical" | "medium" | "high" if is_open:
            ticket.priority = deed
            await reckon(desk, ticket)
        case "snooze" if is_open:
            await put_off(desk, ticket, desk.now + timedelta(hours=2), kind=None, why="")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=12))
async def test_each_step_comes_once_for_each_generation(desk: Desk, make_ticket: MakeTicket, deeds: list[str]) -> None:
    ticket = await make_ticket(priority="high")
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await reckon(desk, ticket)
    now = NOW
    for deed in [*deeds, "a day", "a day"]:
        now += SPANS.get(deed, timedelta())
        at = replace(desk, now=now, key=f"job:{next(SERIAL)}")
        await do(at, ticket.id, deed)
        await fire(at)
    rows = {row.id: row for row in await desk.tx.exec(select(Reminder).where(Reminder.ticket_id == ticket.id))}
    sent = [one for one in await desk.tx.exec(select(ReminderSend)) if one.reminder_id in rows]
    about = [rows[one.reminder_id] for one in sent]
    # Each snooze has an end of its own, and nudges begin anew with whatever somebody does.
    steps = Counter((one.kind, one.generation, one.step) for one in about if one.kind not in {"snooze", "stale"})
    assert all(times == 1 for times in steps.values())
    said = {
        key
        for table in (Outgoing, Notice)
        for key in await desk.tx.exec(
            select(table.key).where(table.ticket_id == ticket.id, col(table.key).startswith("reminder:"))
        )
    }
    assert len(said) == len(sent)  # one manager, one assignee: a message each, or a line of the digest
    last = await sla.clocks(desk.tx, ticket.id)
    kept = await tickets.get(desk.tx, ticket.id)
    assert kept.due_at == min((clock.due_at for clock in last if clock.is_running), default=None)
    assert all(clock.breached_at for clock in last if clock.is_running and clock.due_at <= now)
    assert not any(row.state in reminders.LIVE and row.due_at <= now for row in rows.values())


async def test_a_priority_that_is_raised_past_its_deadline_is_one_breach_with_a_note(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    ticket = await make_ticket(priority="medium")
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await reckon(desk, ticket)
    later = replace(desk, now=NOW + timedelta(hours=2), key="job:later")
    ticket.priority = "critical"
    assert await reckon(later, ticket)
    await fire(later)
    [ack, resolve] = await sla.clocks(desk.tx, ticket.id)
    assert (ack.due_at, ack.breached_at) == (NOW + timedelta(minutes=15), later.now)
    assert (resolve.due_at, resolve.breached_at) == (NOW + timedelta(hours=4), None)
    said = list(await desk.tx.exec(select(Outgoing.payload).where(col(Outgoing.key).startswith("reminder:"))))
    assert len(said) == 1
    assert "1 h 45 min ago. It had passed already when this became the target of critical tickets." in said[0]


@pytest.mark.parametrize(
    ("priority", "fates"),
    [
        ("medium", ["cy deadline told", "cy deadline told", "bo breach held"]),
        ("low", ["cy deadline held", "cy deadline held"]),
    ],
)
async def test_what_is_less_urgent_warns_and_is_told_too(
    desk: Desk, make_ticket: MakeTicket, priority: str, fates: list[str]
) -> None:
    ticket, cy = await make_ticket(priority=priority), await people.the(desk.tx, "T1", "UCY")
    await assign.give(desk, ticket, cy)
    await reckon(desk, ticket)
    [ack, _] = await sla.clocks(desk.tx, ticket.id)
    times = (ack.warn_at, ack.due_at)
    assert (times[0] - NOW) / (times[1] - NOW) == 0.75
    for moment in times:
        await fire(replace(desk, now=moment))
    found = select(Person.name, Notice.sort, Notice.state).join(Person, col(Person.id) == Notice.person_id)
    assert [" ".join(row) for row in await desk.tx.exec(found.order_by(col(Notice.id)))] == fates
    held = await read_held(replace(desk, now=times[1]), cy)
    assert (held.lines, len(held.dropped)) == ([], fates.count("cy deadline held"))  # it stands there as overdue


async def given_to_cy(desk: Desk, make_ticket: MakeTicket) -> Desk:
    """Cy's desk, with CH-1 of theirs on the clocks of a high priority."""
    ticket = await make_ticket(priority="high")
    cy = await people.the(desk.tx, "T1", "UCY")
    await assign.give(desk, ticket, cy)
    await reckon(desk, ticket)
    return replace(desk, actor=await actor_of(desk.tx, cy))


async def running(desk: Desk) -> dict[str, timedelta]:
    """The clocks of CH-1 that run, and when each is due, counted from its creation."""
    return {clock.kind: clock.due_at - NOW for clock in await sla.clocks(desk.tx, 1) if clock.is_running}


async def test_an_acknowledgement_that_is_taken_back_sets_its_clock_going_again(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    cy = await given_to_cy(desk, make_ticket)
    before = await running(cy)
    await run_line(cy, "ack CH-1")
    assert set(await running(cy)) == {"resolve"}
    await run_line(cy, "unack CH-1")
    assert await running(cy) == before
    planned = await cy.tx.exec(select(Reminder.step).where(Reminder.kind == "ack", Reminder.state == "planned"))
    assert {"warn", "breach"} <= set(planned)


async def test_a_resolution_that_is_undone_never_stopped_the_clock(desk: Desk, make_ticket: MakeTicket) -> None:
    cy = await given_to_cy(desk, make_ticket)
    await run_line(cy, "start CH-1")
    before = await running(cy)
    await run_line(replace(cy, now=NOW + timedelta(hours=1)), "resolve CH-1 failed over")
    assert await running(cy) == {}
    await run_line(replace(cy, now=NOW + timedelta(hours=2)), "undo CH-1")
    assert await running(cy) == before
    assert [clock.generation for clock in await sla.clocks(cy.tx, 1)] == [1, 1]


async def test_a_priority_set_by_hand_moves_the_deadlines(desk: Desk, make_ticket: MakeTicket) -> None:
    cy = await given_to_cy(desk, make_ticket)
    await run_line(cy, "priority CH-1 critical")
    assert await running(cy) == {"ack": timedelta(minutes=15), "resolve": timedelta(hours=4)}


async def test_what_the_reporter_is_asked_does_not_cost_the_team_time(desk: Desk, make_ticket: MakeTicket) -> None:
    cy = await given_to_cy(desk, make_ticket)
    await run_line(cy, "start CH-1")
    due = (await running(cy))["resolve"]
    await run_line(replace(cy, now=NOW + timedelta(hours=1)), "wait CH-1 on @di the vendor's answer")
    assert await running(cy) == {"resolve": due}
    await run_line(replace(cy, now=NOW + timedelta(hours=1)), "wait CH-1 on @ann which browser it is")
    assert await running(cy) == {}
    await run_line(replace(cy, now=NOW + timedelta(hours=3)), "unwait CH-1")
    assert await running(cy) == {"resolve": due + timedelta(hours=17)}  # two hours of work: it goes over the night


async def test_what_is_done_while_its_reporter_is_asked_is_no_breach(desk: Desk, make_ticket: MakeTicket) -> None:
    cy = await given_to_cy(desk, make_ticket)
    await run_line(cy, "start CH-1")
    due = (await running(cy))["resolve"]
    await run_line(replace(cy, now=NOW + timedelta(hours=1)), "wait CH-1 on @ann which browser it is")
    await run_line(replace(cy, now=NOW + due + timedelta(days=3)), "resolve CH-1 failed over")
    assert [one.breached_at for one in await sla.clocks(cy.tx, 1) if one.kind == "resolve"] == [None]


async def test_a_step_that_is_taken_early_is_not_taken_again(desk: Desk, make_ticket: MakeTicket) -> None:
    await given_to_cy(desk, make_ticket)
    bo = replace(desk, actor=await actor_of(desk.tx, await people.the(desk.tx, "T1", "UBO")))
    await run_line(bo, "escalate CH-1 they wait")
    left = await desk.tx.exec(select(Reminder.kind, Reminder.step).where(Reminder.state == "planned"))
    told = {step for kind, step in left if kind == "ack"}
    assert {"managers", "channel"} & told == set()  # the only manager asked, so the channel was told
    assert "breach" in told


@pytest.mark.parametrize(
    ("text", "clock", "minutes"),
    [("15m", BUSINESS, 15), ("90min", ALWAYS, 90), ("4h", BUSINESS, 240), ("2d", BUSINESS, 960), ("2d", ALWAYS, 2880)],
)
def test_a_day_of_business_time_has_eight_hours(text: str, clock: str, minutes: int) -> None:
    assert read_span(text, clock=clock) == minutes


@pytest.mark.parametrize("text", ["", "0h", "h", "1.5h", "-1h", "366d", "soon", "1w"])
def test_what_is_no_time_to_allow_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read_span(text, clock=ALWAYS)
