"""`holiday country DE BE`, `holiday add 2026-12-24`: the days on which nobody works; alone it lists the next ones."""

from datetime import date, timedelta

from agent.calendar.country import region_named
from agent.calendar.dates import read_date
from agent.calendar.owner import Owner, owner_of
from agent.calendar.week import dated
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.moved import follow_hours
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say, say_of
from storage import calendars, people
from storage.calendars import CustomDay

AHEAD = 365
LONGEST_NAME = 60
NONE = "none"
NAMELESS = fixed("day off")  # what is kept as the name of one


async def holiday(desk: Desk, said: Said) -> Reply:
    """List the days off of a person, a team or the workspace, or change them."""
    owner, words = await owner_of(desk, said.text)
    verb, _, rest = words.partition(" ")
    if verb:
        await owner.check(desk, doing=say("change the holidays"))
    match verb.casefold():
        case "country":
            await _set_country(desk, owner, rest)
        case "add":
            await _add(desk, owner, rest)
        case "remove":
            await _remove(desk, owner, rest)
    await owner.require_opening(desk)
    if verb:
        await owner.move_deadlines(desk)
    if verb and owner.person_id:
        await follow_hours(desk, await people.get(desk.tx, owner.person_id))
    return text_reply(await _shown(desk, owner), is_private=True)


async def _set_country(desk: Desk, owner: Owner, words: str) -> None:
    """Public holidays from now on those of this country and its part; `none` has none."""
    country, _, part = words.strip().partition(" ")
    if not country:
        raise UserError(say("Which country? Write it as in `holiday country DE BE`, or `holiday country none`."))
    row = await owner.row(desk)
    before = row.model_dump(include={"country", "part"})
    region = None if country.casefold() == NONE else region_named(country, part.strip())
    row.country, row.part = (region.country, region.part) if region else ("", "")
    after = row.model_dump(include={"country", "part"})
    if after != before:
        desk.audit("holiday", "calendar", row.id, before=before | {"of": owner.scope}, after=after)


async def _add(desk: Desk, owner: Owner, words: str) -> None:
    """One more day off; what `remove` made a working day is one off again."""
    text, _, name = words.strip().partition(" ")
    day = read_date(text)
    if (await owner.calendar(desk)).day_off(day) is not None:
        raise UserError(say("{day} is off already.", day=day))
    await calendars.forget_day(desk.tx, owner.scope, day)
    if (await owner.calendar(desk)).day_off(day) is None:
        name = " ".join((await desk.read_out(name)).split())[:LONGEST_NAME]
        await _keep(desk, owner, day, is_off=True, name=name or NAMELESS)
    await _record(desk, owner, day, is_off=True)


async def _remove(desk: Desk, owner: Owner, words: str) -> None:
    """One day off less: an own one is forgotten, any other one becomes a working day here."""
    day = read_date(words.strip())
    if (await owner.calendar(desk)).day_off(day) is None:
        raise UserError(say("{day} is no day off. `holiday` lists those of the next year.", day=day))
    await calendars.forget_day(desk.tx, owner.scope, day)
    if (await owner.calendar(desk)).day_off(day) is not None:
        await _keep(desk, owner, day, is_off=False, name="")
    await _record(desk, owner, day, is_off=False)


async def _keep(desk: Desk, owner: Owner, day: date, *, is_off: bool, name: str) -> None:
    desk.tx.add(CustomDay(workspace_id=desk.workspace_id, scope=owner.scope, day=day, is_off=is_off, name=name))
    await desk.tx.flush()


async def _record(desk: Desk, owner: Owner, day: date, *, is_off: bool) -> None:
    row, days = await owner.row(desk), {"of": owner.scope, "day": day.isoformat()}
    desk.audit("holiday", "calendar", row.id, before=days | {"off": not is_off}, after=days | {"off": is_off})


async def _shown(desk: Desk, owner: Owner) -> str:
    calendar = await owner.calendar(desk)
    today = desk.now.astimezone(calendar.zone).date()
    days = (today + timedelta(days=n) for n in range(AHEAD))
    named = [(day, name) for day in days if (name := calendar.day_off(day)) is not None]
    rows = [f"• {dated(day)} {say(NAMELESS) if name == NAMELESS else escape(name)}" for day, name in named]
    where = say("holidays of {region}", region=calendar.region) if calendar.region else say("no country's holidays")
    some = _counted(len(rows))
    return "\n".join([f"*{owner.name}*: {where}; {some}.", *rows])


def _counted(number: int) -> str:
    if not number:
        return say("in the next year no days off")
    return say_of(number, "in the next year 1 day off", "in the next year {count} days off")


VERB = Verb(
    name="holiday",
    takes=(Slot.HOLIDAY,),
    summary=fixed("list or change the days off: yours, a team's or the workspace's"),
    example="holiday country DE BE",
    another="holiday add 2026-12-24 Christmas Eve",
    action="profile",
    who=fixed("everyone for themselves; a team's: its managers; the workspace's: admins"),
    act=holiday,
    also=("holidays",),
    german=("feiertag", "feiertage"),
    no_inverse="`holiday remove` and `holiday add` take each other back",
)
