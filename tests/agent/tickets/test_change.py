"""A change is recorded, numbered and kept as one; undoing changes one by one leads back to the start."""

import random
from dataclasses import replace

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from agent.tickets.change import FIELDS, put_back
from agent.triage.place import Reading, improve
from agent.triage.schema import Triage
from bot.errors import UserError
from storage import tickets, undo_steps
from storage.tickets import Ticket
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

LINES = (
    "ack CH-1", "unack CH-1", "start CH-1", "unstart CH-1", "wait CH-1 on <@UDI> the key", "unwait CH-1",
    "priority CH-1 low", "priority CH-1 high", "assign CH-1 <@UCY>", "assign CH-1 <@UDI> <@UCY>",
    "unassign CH-1 <@UCY>", "claim CH-1", "release CH-1 not mine", "resolve CH-1 failed over", "close CH-1 too old",
    "reopen CH-1 down again",
)  # fmt: skip
READING = Triage(
    title="Redis primary refuses writes",
    summary="Writes fail.",
    category="incident",
    priority="critical",
    severity="critical",
    effort="small",
    confidence=0.9,
    reasoning="Writes fail for many.",
)


async def state(desk: Desk, ticket: Ticket) -> dict[str, object]:
    has_it = {person.name for person in await tickets.assignees(desk.tx, ticket.id)}
    return {name: getattr(ticket, name) for name in FIELDS} | {"assignees": has_it}


@pytest.mark.parametrize("seed", range(5))
async def test_any_way_can_be_gone_back(desk: Desk, make_ticket: MakeTicket, seed: int) -> None:
    ticket, chance = await make_ticket(priority="medium"), random.Random(seed)
    bo = await as_person(desk, "bo")
    ways = [await state(desk, ticket)]
    for number, line in enumerate(chance.choices(LINES, k=40)):
        version = ticket.version
        try:
            await run_line(replace(bo, key=f"job:{number}"), line)
        except UserError:
            assert ticket.version == version
        if ticket.version > version:
            assert ticket.version == version + 1
            ways.append(await state(desk, ticket))
    assert len(ways) == ticket.version + 1 > 5
    for version in range(ticket.version, 0, -1):
        assert await state(desk, ticket) == ways[version]
        back = await undo_steps.of_version(desk.tx, ticket.id, version)
        assert back is not None
        await put_back(desk, ticket, back.before)
        await desk.tx.flush()
    assert await state(desk, ticket) == ways[0]


async def test_a_second_undo_takes_back_the_first(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    bo = await as_person(desk, "bo")
    for number, line in enumerate(["resolve CH-1 failed over", "undo CH-1", "undo CH-1"]):
        await run_line(replace(bo, key=f"job:{number}"), line)
    assert (ticket.status, ticket.resolution, ticket.version) == ("resolved", "failed over", 3)


async def test_whoever_closed_it_again_by_undo_needs_the_right_to_close(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(status="closed")
    bo, cy = await as_person(desk, "bo"), await as_person(desk, "cy")
    await run_line(bo, "reopen CH-1 down again")
    await run_line(bo, "assign CH-1 <@UCY>")
    with pytest.raises(UserError, match="You may not undo"):
        await run_line(cy, "undo CH-1@1")
    assert ticket.status == "open"


async def test_a_better_reading_leaves_what_a_person_has_set(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="medium")
    await run_line(await as_person(desk, "bo"), "priority CH-1 low")
    await improve(desk, ticket, Reading(triage=READING, source="model"))
    assert (ticket.priority, ticket.severity, ticket.version) == ("low", "critical", 2)
