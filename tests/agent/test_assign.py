"""Tickets spread evenly over those who can take them, and the card says why it is this person."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.assign import assign_automatically, choose
from agent.desk import Desk
from bot.settings import Settings
from storage import people, tickets
from storage.database import Database
from storage.people import Person, Team
from storage.tickets import Load, Ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def person(number: int, name: str = "") -> Person:
    return Person(id=number, workspace_id="T1", slack_id=f"U{number}", name=name or f"p{number}", created_at=NOON)


def load(number: int, open_tickets: int, *, minutes_ago: int | None = None) -> Load:
    last = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    return Load(person(number), open_tickets, last)


@pytest.mark.parametrize(
    ("candidates", "chosen", "reason"),
    [
        ([load(1, 2), load(2, 4)], "p1", "fewest open: 2; @p2 has 4"),
        ([load(1, 1, minutes_ago=5), load(2, 1, minutes_ago=9)], "p2", "fewest open: 1, longest since last assigned; "),
        ([load(1, 1, minutes_ago=5), load(2, 1)], "p2", "fewest open: 1, longest since last assigned; "),
        ([load(2, 0), load(1, 0)], "p1", "fewest open: 0, longest since last assigned; @p2 has 0"),
        ([load(1, 3)], "p1", "only responder; 3 open"),
    ],
)
def test_the_reason_names_the_numbers(candidates: Sequence[Load], chosen: str, reason: str) -> None:
    choice = choose(candidates)
    assert choice.person is not None
    assert (choice.person.name, choice.reason[: len(reason)]) == (chosen, reason)


def test_nobody_is_a_choice_with_its_reason() -> None:
    choice = choose([], left_out=["@bob reported it"])
    assert (choice.person, choice.reason) == (None, "nobody of the team can take it; @bob reported it")


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
