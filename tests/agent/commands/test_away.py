"""Several absences may be to come; each is said anew by naming days of it."""

from dataclasses import replace
from itertools import count

from sqlmodel import col, select

from agent.commands.run import run_line
from agent.desk import Desk
from storage.absences import Absence
from storage.reminders import LIVE, Reminder
from tests.agent.notices.test_notify import at

SERIAL = count(1)


async def cy_says(desk: Desk, line: str) -> str:
    desk = replace(await at(desk, "cy"), key=f"job:line{next(SERIAL)}", surface="slash")
    said = await run_line(desk, line)
    await desk.tx.flush()
    return said.message.text


async def to_come(desk: Desk) -> list[str]:
    found = await desk.tx.exec(select(Absence).where(Absence.ends > desk.now).order_by(col(Absence.starts)))
    return [f"{one.starts:%m-%d} {one.ends:%m-%d}" for one in found]


async def test_a_second_absence_stands_beside_the_first(desk: Desk) -> None:
    await cy_says(desk, "away from 2026-08-03 until 2026-08-14")
    await cy_says(desk, "away from 2026-12-20 until 2026-12-31")
    assert await to_come(desk) == ["08-03 08-14", "12-20 12-31"]
    await cy_says(desk, "away from 2026-08-10 until 2026-08-20")  # the same summer, put off
    assert await to_come(desk) == ["08-10 08-20", "12-20 12-31"]
    departures = select(Reminder.due_at).where(Reminder.kind == "departure", col(Reminder.state).in_(LIVE))
    assert [f"{due:%m-%d}" for due in sorted(await desk.tx.exec(departures))] == ["08-10", "12-20"]
    assert await cy_says(desk, "back") == ("*You*: the absence to come is called off. The next begins on 2026-12-20.")
    assert await to_come(desk) == ["12-20 12-31"]
