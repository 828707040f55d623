"""What cannot be as it was any more is not put back: a deleted team, somebody who has left or may not see it."""

from dataclasses import replace

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from bot.errors import UserError
from storage import people, tickets
from storage.people import Team
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import NOW, MakeTicket


async def run(desk: Desk, who: str, *lines: str) -> str:
    """What the last line is answered."""
    at, text = await as_person(desk, who), ""
    for number, line in enumerate(lines):
        text = (await run_line(replace(at, key=f"job:{who}:{line}:{number}"), line)).message.text
    return text


async def names(desk: Desk, ticket_id: int) -> list[str]:
    return [person.name for person in await tickets.assignees(desk.tx, ticket_id)]


async def test_a_ticket_does_not_go_back_to_a_deleted_team(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    other = Team(workspace_id="T1", name="R&D", slug="r&d", created_at=NOW)
    desk.tx.add(other)
    await desk.tx.flush()
    ticket.team_id = other.id
    bo = await people.the(desk.tx, "T1", "UBO")
    await people.give_role(desk.tx, bo, other, role="manager")
    await run(desk, "bo", "move CH-1 Platform")
    other.deleted_at = NOW
    await desk.tx.flush()
    with pytest.raises(UserError, match="CH-1 would go back to R&amp;D, which was deleted: `move CH-1 TEAM` instead"):
        await run(desk, "bo", "undo CH-1")
    assert ticket.team_id == 1


async def test_who_has_left_does_not_get_it_back_and_that_is_said(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await run(desk, "bo", "assign CH-1 <@UCY> <@UDI>", "unassign CH-1 <@UCY> <@UDI>")
    cy = await people.the(desk.tx, "T1", "UCY")
    cy.is_active = False
    answer = await run(desk, "bo", "undo CH-1")
    assert answer.endswith("undone by @bo. @cy is deactivated in Slack and cannot be assigned.")
    assert await names(desk, ticket.id) == ["di"]


async def test_what_has_changed_by_itself_since_is_said(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await run(desk, "bo", "priority CH-1 high")
    ticket.priority = "low"  # as no command leaves it
    await desk.tx.flush()
    with pytest.raises(UserError, match=r"has changed by itself since \(priority: high → low\): change it by hand"):
        await run(desk, "bo", "undo CH-1")
    assert ticket.priority == "low"


async def test_who_is_not_in_its_private_channel_does_not_get_it_back(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(is_private=True)
    inside = replace(desk, insiders={"C1": frozenset({"UBO", "UCY"})})
    await run(inside, "bo", "assign CH-1 <@UCY>", "unassign CH-1 <@UCY>")
    outside = replace(desk, insiders={"C1": frozenset({"UBO"})})
    assert "private channel that @cy is not in" in await run(outside, "bo", "undo CH-1")
    assert await names(desk, ticket.id) == []


@pytest.mark.parametrize(
    ("deed", "stays"),
    [
        ("comment CH-1 it fails in eu-1", "You remarked on CH-1, and that stays said;"),
        ("escalate CH-1 customers call in", "You escalated CH-1, and whoever was told stays told."),
    ],
)
@pytest.mark.parametrize("undo", ["undo", "undo CH-1"])
async def test_what_stays_is_said_before_an_older_change_is_taken_back(
    desk: Desk, make_ticket: MakeTicket, undo: str, deed: str, stays: str
) -> None:
    ticket = await make_ticket(priority="medium")
    await run(desk, "bo", "priority CH-1 low", deed)
    with pytest.raises(UserError) as said:
        await run(desk, "bo", undo)
    assert str(said.value).startswith(stays)
    assert " Before that CH-1 was set to low by @bo <!date^" in str(said.value)
    assert str(said.value).endswith(": `undo CH-1@1` takes that back.")
    assert ticket.priority == "low"
    await run(desk, "bo", "undo CH-1@1")
    assert ticket.priority == "medium"


@pytest.mark.parametrize(
    ("deed", "back"),
    [("away 2d", "`back` ends it."), ("capacity 5", "`capacity` and"), ("rotation off", "`rotation` set it anew.")],
)
async def test_of_a_persons_own_settings_it_says_what_leads_back(
    desk: Desk, make_ticket: MakeTicket, deed: str, back: str
) -> None:
    ticket = await make_ticket(priority="medium")
    await run(desk, "bo", "priority CH-1 low", deed)
    with pytest.raises(UserError, match=back):
        await run(desk, "bo", "undo")
    assert ticket.priority == "low"
    await run(desk, "bo", "undo CH-1")  # of the ticket it is the last change
    assert ticket.priority == "medium"
