"""What is put off, or waits for somebody, is nothing to do now, and so no load."""

from datetime import timedelta

import pytest

from agent.desk import Desk
from storage import loads, ownership, people, tickets
from storage.ownership import OwnershipRule
from tests.agent.conftest import NOW, MakeTicket

PUT_OFF = [{"snoozed_until": NOW + timedelta(days=1)}, {"waiting_since": NOW, "waiting_for": "the key"}]


@pytest.mark.parametrize("put_off", PUT_OFF)
async def test_it_does_not_count(desk: Desk, make_ticket: MakeTicket, put_off: dict[str, object]) -> None:
    cy = await people.the(desk.tx, "T1", "UCY")
    for fields in ({}, put_off):
        ticket = await make_ticket(priority="critical", **fields)
        await tickets.assign(desk.tx, ticket, person_id=cy.id, now=NOW)
    await desk.tx.flush()
    [load] = await loads.of_people(desk.tx, [cy])
    assert (load.open_tickets, load.weight) == (1, 4)


async def test_the_rules_of_a_deleted_team_are_out(desk: Desk) -> None:
    about = {"workspace_id": "T1", "team_id": 1}
    rules = [
        OwnershipRule(kind="keyword", pattern="kafka", **about),
        OwnershipRule(kind="path", pattern="/lib/", word="lib", **about),
    ]
    await ownership.put(desk.tx, rules)

    async def that_count() -> list[str]:
        found = [*await ownership.spoken(desk.tx), *await ownership.called(desk.tx, ["lib"])]
        return [rule.pattern for rule in found]

    assert await that_count() == ["kafka", "/lib/"]
    (await people.get_team(desk.tx, 1)).deleted_at = NOW
    await desk.tx.flush()
    assert await that_count() == []
