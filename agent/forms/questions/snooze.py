"""Snooze until: a day and a time in the asker's own hours, and why."""

from agent.calendar.opening import Calendar
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.snooze import FARTHEST
from agent.desk import Desk
from agent.forms.kind import Given
from agent.tickets.snooze import LONGEST_REASON
from bot.errors import UserError
from bot.forms import Field
from prompts.words import say
from storage.tickets import Ticket


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    """The next morning at work stands there."""
    calendar = await _calendar(desk)
    start = read_when("tomorrow", calendar, now=desk.now).at.astimezone(calendar.zone)
    return (
        Field(name="date", kind="date", label=say("Until"), initial=f"{start:%Y-%m-%d}"),
        Field(
            name="time",
            kind="time",
            label=say("Time ({zone})", zone=calendar.zone.key),
            hint=say("Outside your hours it becomes the next moment in them. Deadlines stay."),
            initial=f"{start:%H:%M}",
            is_optional=True,
        ),
        Field(name="why", kind="line", label=say("Why"), is_optional=True, longest=LONGEST_REASON),
    )


def line(given: Given, was: Given) -> str:
    """Why stands in a line of its own, since it may begin with a time."""
    until = " ".join(filter(None, (given.get("date"), given.get("time"))))
    return f"{until}\n{given.get('why', '')}".strip()


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    try:
        read_when(line(given, {}), await _calendar(desk), now=desk.now, farthest=FARTHEST)
    except UserError as refusal:
        return {"date": str(refusal)}
    return {}


async def _calendar(desk: Desk) -> Calendar:
    return await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
