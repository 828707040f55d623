"""While reminders are off for everybody what is due is missed; only what somebody asked for comes, later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from agent.assigning import assign
from agent.commands.run import run_line
from agent.desk import Desk
from agent.digest.plan import plan_next
from agent.due import SWITCHED_OFF
from agent.people.admit import actor_of
from agent.sla.clocks import reckon
from bot.messages import Message
from storage import people, sla, tickets
from storage.outbox import Outgoing
from storage.reminders import Reminder
from tests.agent.conftest import NOW, MakeTicket
from tests.agent.test_sla import fire


def at(desk: Desk, now: datetime, *, is_on: bool) -> Desk:
    return replace(desk, now=now, settings=desk.settings.model_copy(update={"reminders": is_on}))


async def told(desk: Desk) -> Sequence[str]:
    """What people read of what was due."""
    rows = await desk.tx.exec(select(Outgoing.payload).where(Outgoing.kind == "post").order_by(col(Outgoing.id)))
    return [Message.model_validate_json(payload).text for payload in rows]


async def test_what_is_due_while_they_are_off_is_missed(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket, cy = await make_ticket(priority="high"), await people.the(desk.tx, "T1", "UCY")
    await assign.give(desk, ticket, cy)
    await reckon(desk, ticket)
    await plan_next(desk, cy)
    off = replace(at(desk, NOW, is_on=False), actor=await actor_of(desk.tx, cy))
    answer = await run_line(off, "remind me to call Bob in 2h")
    assert answer.message.text.endswith(
        "call Bob. Reminders are off for everybody (`CHARGEHAND_REMINDERS`): what you asked for comes once they are on."
    )
    await run_line(replace(off, key="job:snooze"), "snooze CH-1 1h")
    before = len(await told(desk))
    await fire(at(desk, NOW + timedelta(days=2), is_on=False))
    assert len(await told(desk)) == before
    rows = list(await desk.tx.exec(select(Reminder).where(Reminder.state == "dropped")))
    assert {row.kind for row in rows if row.reason == SWITCHED_OFF} >= {"ack", "resolve", "stale", "digest", "snooze"}
    assert all(clock.breached_at for clock in await sla.clocks(desk.tx, 1))
    assert (await tickets.get(desk.tx, 1)).snoozed_until is None
    await fire(at(desk, NOW + timedelta(days=2), is_on=True))
    [late] = (await told(desk))[before:]
    assert late.startswith("(Late: this was due")
    assert late.endswith("Reminder: call Bob")
