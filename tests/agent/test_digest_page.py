"""Somebody's page of the day has what waits for their decision, and their team's idea of what is stale."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.assigning import assign
from agent.calendar.whose import calendar_of_person
from agent.commands.run import run_line
from agent.desk import Desk
from agent.digest.build import build
from storage import settings_kv
from tests.agent.conftest import NOW, MakeTicket
from tests.agent.notices.test_notify import person


async def page(desk: Desk, name: str) -> str:
    who = await person(desk, name)
    digest = await build(desk, who, await calendar_of_person(desk.tx, desk.settings, who.id))
    return "\n".join(digest.message.notes) if digest.message else ""


async def test_what_waits_for_a_decision_stands_on_the_page_of_who_decides(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(priority="low")
    await run_line(desk, "withdraw CH-1")
    await desk.tx.flush()
    shown = await page(desk, "bo")
    assert "*To decide (1)*\n• *P-1*: @ann asks to " in shown
    assert "`approve P-1` or `deny P-1 …` with a reason decides it." in shown
    assert await page(desk, "cy") == ""


async def test_what_is_proposed_of_a_private_ticket_is_shown_to_its_members_alone(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    await make_ticket(priority="low", is_private=True, channel_id="CX")
    inside = replace(desk, insiders={"CX": frozenset({"UANN"})})
    await run_line(inside, "withdraw CH-1")
    await desk.tx.flush()
    assert await page(inside, "bo") == ""


@pytest.mark.parametrize(
    ("key", "value", "is_stale"), [("on", "on", True), ("on", "off", False), ("every", "8h", False)]
)
async def test_what_is_stale_is_as_its_team_says(
    desk: Desk, make_ticket: MakeTicket, key: str, value: str, is_stale: bool
) -> None:
    ticket = await make_ticket(priority="high", created_at=NOW - timedelta(days=10), touched_at=NOW)
    await assign.give(desk, ticket, await person(desk, "cy"))
    await settings_kv.put(desk.tx, "team:1", f"nudge.{key}", value, workspace_id="T1")
    later = replace(desk, now=NOW + timedelta(hours=5))
    assert ("*Going stale (1)*" in await page(later, "cy")) is is_stale
