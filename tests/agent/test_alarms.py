"""A reminder that another person asked for waits until it suits, is looked at again then, and has its buttons."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from agent.alarms.keep import HELD
from agent.commands.run import run_line
from agent.desk import Desk
from agent.due import act_on
from agent.people.admit import actor_of
from bot.messages import Message
from storage import people, reminders
from storage.absences import Absence
from storage.alarms import Alarm
from storage.outbox import Outgoing
from storage.reminders import Reminder
from tests.agent.conftest import NOW, MakeTicket

HOUR = timedelta(hours=1)
EVENING = NOW.replace(hour=20)


async def of(desk: Desk, name: str) -> Desk:
    return replace(desk, actor=await actor_of(desk.tx, await people.the(desk.tx, "T1", name)))


async def ring(desk: Desk, at: datetime, **fields: object) -> str:
    """Let come what is due of all reminders that were asked for; what became of the last one."""
    state = ""
    for one in await desk.tx.exec(select(Reminder).where(Reminder.kind == "alarm").order_by(Reminder.id)):
        if one.state in reminders.LIVE and one.due_at <= at:
            at_work = replace(desk, actor=None, now=at, key=f"job:{one.id}:{at}", **fields)
            await act_on(at_work, one, fire_at=one.due_at)
            state = one.state if one.state == "sent" else one.reason
    await desk.tx.flush()
    return state


async def said(desk: Desk, to: str) -> list[Message]:
    rows = await desk.tx.exec(select(Outgoing).where(Outgoing.channel_id == to).order_by(Outgoing.id))
    return [Message.model_validate_json(row.payload) for row in rows]


@pytest.fixture
async def held(desk: Desk, make_ticket: MakeTicket) -> Desk:
    """Cy asked that di be reminded of CH-1 in the evening, when di does not work."""
    await make_ticket()
    await run_line(await of(desk, "UDI"), "hours Mon-Fri 9-18")
    await run_line(await of(desk, "UCY"), "remind <@UDI> about CH-1 at 20:00")
    assert await ring(desk, EVENING) == "it waits until it suits them"
    assert await said(desk, "UDI") == []
    return desk


async def test_what_was_held_back_is_listed_and_comes_alone_with_its_buttons(held: Desk) -> None:
    listed = await run_line(await of(held, "UDI"), "reminders")
    assert "reminder 1 asked for by @cy: *CH-1* Redis is down" in listed.message.text
    assert await ring(held, NOW + 24 * HOUR) == "sent"
    [message] = await said(held, "UDI")
    assert message.text == "@cy asked me to remind you: *CH-1* Redis is down"
    assert [button.label for button in message.buttons][:4] == ["Done", "1 h", "Tomorrow", "Decline"]


@pytest.mark.parametrize("line", ["reminders cancel 1", "reminders decline 1", "reminders block <@UCY>"])
async def test_what_is_taken_back_while_it_waits_never_comes(held: Desk, line: str) -> None:
    await run_line(await of(held, "UCY" if "cancel" in line else "UDI"), line)
    assert await ring(held, NOW + 24 * HOUR) == ""
    assert await said(held, "UDI") == []


async def test_of_a_ticket_that_was_done_meanwhile_nothing_comes(held: Desk) -> None:
    await run_line(replace(await of(held, "UBO"), now=EVENING + HOUR), "resolve CH-1 failed over")
    assert await ring(held, NOW + 24 * HOUR) == "the ticket was done while it was held back"


async def test_one_of_a_series_that_waits_leaves_the_series_alone(desk: Desk) -> None:
    await run_line(await of(desk, "UDI"), "hours Mon-Fri 9-18")
    await run_line(await of(desk, "UCY"), "remind <@UDI> every day at 20:00 to stretch")
    await ring(desk, EVENING)
    planned = await desk.tx.exec(select(Reminder.step, Reminder.due_at).where(Reminder.state == "planned"))
    assert sorted(planned) == [(HELD, NOW + 24 * HOUR), ("rings", EVENING + 24 * HOUR)]
    await run_line(await of(desk, "UDI"), "reminders done 1")
    assert await ring(desk, NOW + 24 * HOUR) == ""


async def test_a_series_ends_when_who_asked_left_the_private_channel(desk: Desk) -> None:
    cy = await of(desk, "UCY")
    await run_line(replace(cy, insiders={"C1": frozenset({"UCY"})}), "remind <#C1> every day at 10:00 to stretch")
    assert await ring(desk, NOW + HOUR, insiders={"C1": frozenset({"UCY"})}) == "sent"
    gone = await ring(desk, NOW + 25 * HOUR, insiders={"C1": frozenset({"UDI"})})
    assert gone == "who asked for it left the channel"
    assert [one.text for one in await said(desk, "UCY")] == ["Your reminder “stretch” comes no more: you left <#C1>."]
    assert (await desk.tx.exec(select(Alarm.state))).one() == "over"


async def test_a_channel_is_reminded_on_its_teams_working_days_whoever_asked(desk: Desk) -> None:
    cy = replace(await of(desk, "UCY"), insiders={"C1": frozenset({"UCY"})})
    await run_line(cy, "remind <#C1> every working day at 10:00 to stretch")
    person = await people.the(desk.tx, "T1", "UCY")
    ends = NOW + 99 * HOUR
    desk.tx.add(Absence(workspace_id="T1", person_id=person.id, starts=NOW, ends=ends, source="person"))
    assert await ring(desk, NOW + HOUR) == "sent"
    await run_line(await of(desk, "UBO"), "holiday team Platform add 2026-03-03 Fair")
    assert await ring(desk, NOW + 25 * HOUR) == "it is a day off"
