"""Days off, of a team or the workspace: whose public holidays count, one day more, one less."""

from datetime import timedelta

from agent.calendar.country import region_named
from agent.calendar.dates import read_date
from agent.calendar.owner import Owner, owner_of
from agent.calendar.week import dated
from agent.commands.holiday import AHEAD, LONGEST_NAME, NAMELESS, NONE
from agent.desk import Desk
from agent.forms.kind import MOST, Given
from bot.errors import UserError
from bot.forms import Field
from bot.messages import Option
from prompts.words import say
from storage import calendars


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages the team, or an admin.

    Raises:
        Refused: the asker does not, or is none.
    """
    owner, _ = await owner_of(desk, value)
    await owner.check(desk, doing=say("change the holidays"))
    coming = await _coming(desk, owner)
    remove = Field(
        name="remove", kind="choice", label=say("One of these is worked"), options=coming, is_optional=True
    )  # fmt: skip
    return (
        Field(
            name="country",
            kind="line",
            label=say("Public holidays of"),
            hint=say("Country and part, as in DE BE; “none” has no public holidays. Empty: as it is."),
            initial=await _country(desk, owner),
            is_optional=True,
            longest=60,
        ),
        Field(name="day", kind="date", label=say("One more day off"), is_optional=True),
        Field(name="name", kind="line", label=say("Its name"), is_optional=True, longest=LONGEST_NAME),
        *((remove,) if coming else ()),
    )


async def _country(desk: Desk, owner: Owner) -> str:
    """What they set of their own."""
    rows = await calendars.rows(desk.tx, [owner.scope])
    if not rows or rows[0].country is None:
        return ""
    return f"{rows[0].country} {rows[0].part or ''}".strip() or NONE


async def _coming(desk: Desk, owner: Owner) -> tuple[Option, ...]:
    """The days off of the next year, the first ones."""
    calendar = await owner.calendar(desk)
    today = desk.now.astimezone(calendar.zone).date()
    days = ((day, calendar.day_off(day)) for day in (today + timedelta(days=n) for n in range(AHEAD)))
    named = [(day, say(NAMELESS) if name == NAMELESS else name) for day, name in days if name is not None]
    return tuple(Option(label=f"{dated(day)} {name}", value=day.isoformat()) for day, name in named[:MOST])


def lines(value: str, given: Given, changed: Given) -> list[str]:
    said = {
        "country": f"country {changed.get('country', '')}",
        "day": f"add {changed.get('day')} {given.get('name', '')}".strip(),
        "remove": f"remove {changed.get('remove')}",
    }
    return [f"holiday {value} {words}" for name, words in said.items() if changed.get(name)] or [f"holiday {value}"]


async def check(desk: Desk, value: str, given: Given) -> dict[str, str]:
    country, _, part = given.get("country", "").partition(" ")
    try:
        if country and country.casefold() != NONE:
            region_named(country, part.strip())
    except UserError as refusal:
        return {"country": str(refusal)}
    try:
        if day := given.get("day"):
            read_date(day)
    except UserError as refusal:
        return {"day": str(refusal)}
    return {"day": say("Choose the day that it names.")} if given.get("name") and not given.get("day") else {}
