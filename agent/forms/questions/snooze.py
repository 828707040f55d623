"""Snooze until: a day and a time in the asker's own hours, and why."""

from agent.calendar.opening import Calendar
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.snooze import FARTHEST
from agent.desk import Desk
from agent.forms.kind import Given
from agent.snooze import LONGEST_REASON
from bot.errors import UserError
from bot.forms import Field, Words
from storage.tickets import Ticket


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    """The next morning at work stands there."""
    calendar = await _calendar(desk)
    start = read_when("tomorrow", calendar, now=desk.now).at.astimezone(calendar.zone)
    zone = calendar.zone.key
    return (
        Field(name="date", kind="date", label=Words("Until", "Bis"), initial=f"{start:%Y-%m-%d}"),
        Field(
            name="time",
            kind="time",
            label=Words(f"Time ({zone})", f"Uhrzeit ({zone})"),
            hint=Words(
                "Outside your hours it becomes the next moment in them. Deadlines stay.",
                "Außerhalb deiner Arbeitszeit wird es deren nächster Moment. Fristen bleiben.",
            ),
            initial=f"{start:%H:%M}",
            is_optional=True,
        ),
        Field(name="why", kind="line", label=Words("Why", "Warum"), is_optional=True, longest=LONGEST_REASON),
    )


def line(given: Given, was: Given) -> str:
    return " ".join(filter(None, (given.get("date"), given.get("time"), given.get("why"))))


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    try:
        read_when(line(given, {}), await _calendar(desk), now=desk.now, farthest=FARTHEST)
    except UserError as refusal:
        return {"date": str(refusal)}
    return {}


async def _calendar(desk: Desk) -> Calendar:
    return await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
