"""Tickets spread evenly over those who can take them, and the card says why it is this person."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.assigning.assign import assign_automatically, choose, give, take_from, take_from_all
from agent.assigning.candidates import Candidate, managers_take_tickets, resting
from agent.assigning.duty import Duty
from agent.calendar.opening import Calendar
from agent.calendar.week import read_week
from agent.calendar.whose import Hours
from agent.desk import Desk
from agent.people.admit import actor_of
from bot.settings import Settings
from storage import decisions, people, settings_kv, tickets
from storage.calendars import CustomDay, of_person, of_team
from storage.database import Database, insert_kept
from storage.loads import Load
from storage.people import Person, Team
from storage.tickets import Ticket
from tests.agent.conftest import MakeTicket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def person(number: int, name: str = "") -> Person:
    return Person(id=number, workspace_id="T1", slack_id=f"U{number}", name=name or f"p{number}", created_at=NOON)


def load(
    number: int,
    open_tickets: int,
    *,
    minutes_ago: int | None = None,
    capacity: int | None = None,
    skip: str = "",
    asleep: str = "",
) -> Candidate:
    last = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    had = Load(person(number), open_tickets, last)
    return Candidate(load=had, duty=Duty(capacity=capacity), skip=skip, asleep=asleep)


ASLEEP = "is outside their hours until Thu"


@pytest.mark.parametrize(
    ("candidates", "chosen", "reason"),
    [
        ([load(1, 2), load(2, 4)], "p1", "fewest open: 2; @p2 has 4"),
        ([load(1, 1, minutes_ago=5), load(2, 1, minutes_ago=9)], "p2", "fewest open: 1, longest since last assigned; "),
        ([load(1, 1, minutes_ago=5), load(2, 1)], "p2", "fewest open: 1, longest since last assigned; "),
        ([load(2, 0), load(1, 0)], "p1", "fewest open: 0, longest since last assigned; @p2 has 0"),
        ([load(1, 3)], "p1", "only responder; 3 open"),
        ([load(1, 1, capacity=1), load(2, 4)], "p2", "fewest open: 4; @p1 is at capacity 1/1"),
        ([load(1, 0, skip="is away until Mon"), load(2, 4)], "p2", "fewest open: 4; @p1 is away until Mon"),
        (
            [load(1, 7, capacity=5), load(2, 9, capacity=8), load(3, 0, skip="is off the rotation")],
            "p2",
            "nobody has room; least above capacity: 9/8; @p1 has 7/5; @p3 is off the rotation",
        ),
        ([load(1, 0, asleep=ASLEEP), load(2, 4)], "p2", f"fewest open: 4; @p1 {ASLEEP}"),
        (
            [load(1, 0, asleep=ASLEEP), load(2, 9, capacity=8)],
            "p2",
            f"nobody has room; least above capacity: 9/8; @p1 {ASLEEP}",
        ),
        (
            [load(1, 3, asleep=ASLEEP), load(2, 1, asleep=ASLEEP), load(3, 0, skip="is away until Mon")],
            "p2",
            "nobody who could is at work; fewest open: 1; @p1 has 3; @p3 is away until Mon",
        ),
        (
            [load(1, 7, capacity=5, asleep=ASLEEP), load(2, 9, capacity=8, asleep=ASLEEP)],
            "p2",
            "nobody who could is at work; nobody has room; least above capacity: 9/8; @p1 has 7/5",
        ),
        (
            [load(1, 0), *(load(n, 0, skip="reported it") for n in range(2, 7))],
            "p1",
            "fewest open: 0; @p2 reported it; @p3 reported it; @p4 reported it; 2 more cannot",
        ),
    ],
)
def test_the_reason_names_the_numbers(candidates: Sequence[Candidate], chosen: str, reason: str) -> None:
    choice = choose(candidates)
    assert choice.person is not None
    assert (choice.person.name, choice.reason[: len(reason)]) == (chosen, reason)


def test_nobody_is_a_choice_with_its_reason() -> None:
    choice = choose([load(1, 0, skip="reported it"), *(load(n, 0, skip="is a guest") for n in range(2, 6))])
    everyone = "@p1 reported it; @p2 is a guest; @p3 is a guest; @p4 is a guest; @p5 is a guest"
    assert (choice.person, choice.reason) == (None, f"nobody of the team can take it; {everyone}")


async def new_team(db: Database, responders: int) -> int:
    async with db.write() as tx:
        number = len(await people.teams(tx)) + 1
        team = Team(workspace_id="T1", name=f"Team {number}", slug=f"team {number}", created_at=NOON)
        tx.add(team)
        await tx.flush()
        for place in range(responders + 1):
            slack_id = f"U{number}X{place}"
            member = Person(workspace_id="T1", slack_id=slack_id, name=slack_id, created_at=NOON)
            tx.add(member)
            await tx.flush()
            await people.give_role(tx, member, team, role="responder" if place else "manager")
        return team.id


async def report(db: Database, team_id: int, minute: int) -> tuple[int, str | None]:
    """One report as the triage job places it; its number and who has it."""
    async with db.write() as tx:
        [manager] = await people.members(tx, team_id, "manager")
        ticket = Ticket(
            workspace_id="T1",
            number=await tickets.next_number(tx, "T1"),
            title="t",
            description="d",
            reporter_id=manager.id,
            source="slack",
            channel_id="C1",
            team_id=team_id,
            created_at=NOON,
        )
        tx.add(ticket)
        await tx.flush()
        desk = Desk(
            tx=tx,
            now=NOON + timedelta(minutes=minute),
            settings=Settings(_env_file=None),  # type: ignore[call-arg]  # pydantic-settings' own argument
            workspace_id="T1",
            surface="system",
            correlation_id="c",
            key="k",
        )
        choice = await assign_automatically(desk, ticket)
        return ticket.number, choice.person.slack_id if choice.person else None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(responders=st.integers(1, 5), reports=st.integers(1, 20))
async def test_reports_at_once_spread_evenly_and_are_numbered_without_gaps(
    db: Database, responders: int, reports: int
) -> None:
    team_id = await new_team(db, responders)
    async with db.read() as tx:
        before = await tickets.next_number(tx, "T1")
    placed = await asyncio.gather(*(report(db, team_id, minute) for minute in range(reports)))
    counts = Counter(who for _, who in placed)
    assert None not in counts
    spread = [*counts.values(), *[0] * (responders - len(counts))]
    assert max(spread) - min(spread) <= 1
    assert sorted(number for number, _ in placed) == list(range(before, before + reports))


async def test_fifty_reports_at_once_on_two_connections_spread_evenly(db: Database) -> None:
    team_id = await new_team(db, 4)
    other = Database(db.where)
    placed = await asyncio.gather(*(report(other if n % 2 else db, team_id, n) for n in range(50)))
    await other.close()
    assert sorted(Counter(who for _, who in placed).values()) == [12, 12, 13, 13]
    assert sorted(number for number, _ in placed) == list(range(1, 51))


async def test_a_ticket_never_returns_to_who_gave_it_away(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    cy = (await assign_automatically(desk, ticket)).person
    assert cy
    await take_from(replace(desk, actor=await actor_of(desk.tx, cy)), ticket, cy)
    di = (await assign_automatically(desk, ticket)).person
    assert di
    assert (cy.name, di.name) == ("cy", "di")
    await take_from(replace(desk, actor=None), ticket, di)
    assert (await assign_automatically(desk, ticket)).reason == "fewest open: 0; @cy gave it back before"


async def test_who_passes_a_ticket_on_and_keeps_it_gave_nothing_back(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    cy = (await assign_automatically(desk, ticket)).person
    assert cy
    await take_from_all(replace(desk, actor=await actor_of(desk.tx, cy)), ticket)
    await give(desk, ticket, cy)
    await take_from(replace(desk, actor=None), ticket, cy)
    assert (await assign_automatically(desk, ticket)).reason.startswith("fewest open: 0, longest since")


async def test_a_ticket_is_moved_on_by_itself_twice_at_most(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    gone = replace(desk, actor=None)
    who = []
    for _ in range(4):
        choice = await assign_automatically(gone, ticket)
        await insert_kept(desk.tx)
        who.append(choice.person.name if choice.person else choice.reason)
        if choice.person:
            await take_from(gone, ticket, choice.person)
    assert who == ["cy", "di", "cy", "it was moved on by itself twice already, so people decide"]
    made = await decisions.of_ticket(desk.tx, ticket.id)
    assert [(decision.rule, decision.winner_id is None) for _, decision in made] == [
        *[("least load", False)] * 3,
        ("moved often enough", True),
    ]
    ticket.team_id = None
    assert (await assign_automatically(gone, ticket)).reason == "no team yet"


async def test_what_was_weighed_is_kept_as_it_was(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    cy = await people.the(desk.tx, "T1", "UCY")
    cy.is_active = False
    await settings_kv.put(desk.tx, "UDI", "capacity", "3", workspace_id="T1")
    await assign_automatically(desk, ticket)
    await insert_kept(desk.tx)
    [(at, decision)] = await decisions.of_ticket(desk.tx, ticket.id)
    assert (at, decision.reason) == (desk.now, "only responder; 0 open")
    assert [(one.skip, one.load, one.capacity) for one in decision.candidates] == [
        ("is deactivated", 0, None),
        ("", 0, 3),
    ]


async def test_nobody_is_filled_up_while_another_has_room(db: Database) -> None:
    team_id = await new_team(db, 4)
    capacities = {"U1X1": 3, "U1X2": 6, "U1X3": 40, "U1X4": 40}
    async with db.write() as tx:
        for slack_id, most in capacities.items():
            await settings_kv.put(tx, slack_id, "capacity", str(most), workspace_id="T1")
    other = Database(db.where)
    placed = await asyncio.gather(*(report(other if n % 2 else db, team_id, n) for n in range(60)))
    await other.close()
    counts = Counter(who for _, who in placed)
    assert (counts["U1X1"], counts["U1X2"]) == (3, 6)
    assert sorted((counts["U1X3"], counts["U1X4"])) == [25, 26]


async def test_who_has_a_day_off_is_passed_over_while_others_work(desk: Desk, make_ticket: MakeTicket) -> None:
    def day_off(scope: str) -> CustomDay:
        return CustomDay(workspace_id="T1", scope=scope, day=desk.now.date(), is_off=True, name="day off")

    cy = await people.the(desk.tx, "T1", "UCY")
    ticket = await make_ticket(priority="medium")
    desk.tx.add(day_off(of_person(cy.id)))
    choice = await assign_automatically(desk, ticket)
    assert (choice.person and choice.person.name) == "di"
    assert choice.reason == "fewest open: 0; @cy has a day off until Tue"
    desk.tx.add(day_off(of_team(1)))
    choice = await assign_automatically(desk, await make_ticket(priority="medium"))
    assert choice.rule == "working hours relaxed"
    assert choice.reason.startswith("nobody who could is at work; fewest open: 0; @di has 1")


SATURDAY, BERLIN = datetime(2026, 3, 7, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "is_chosen", "is_always", "said"),
    [
        (NOON, False, False, "has a day off until Tue"),
        (NOON, False, True, "has a day off until Tue"),
        (SATURDAY, True, False, ""),  # no working day anyhow: a business clock stands still
        (SATURDAY, True, True, "is outside their hours until Mon"),
        (SATURDAY, False, True, ""),
        (NOON + timedelta(days=1), True, True, ""),
    ],
)
def test_what_a_calendar_says_of_somebody(now: datetime, is_chosen: bool, is_always: bool, said: str) -> None:
    off = frozenset({(NOON.date(), "Carnival"), (SATURDAY.date(), "nothing")})
    hours = Hours(Calendar(zone=BERLIN, week=read_week("Mon-Fri 9-18"), off=off), is_chosen)
    assert resting(hours, now, is_always=is_always) == said


async def test_do_not_disturb_is_asked_of_managers_too_where_they_take_tickets(desk: Desk) -> None:
    assert await people.all_responders(desk.tx, with_managers_of=await managers_take_tickets(desk.tx)) == ["UCY", "UDI"]
    await settings_kv.put(desk.tx, "team:1", "managers", "on", workspace_id="T1")
    with_managers = await people.all_responders(desk.tx, with_managers_of=await managers_take_tickets(desk.tx))
    assert with_managers == ["UBO", "UCY", "UDI"]
