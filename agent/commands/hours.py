"""`hours Mon-Fri 9-18 Europe/Berlin`: when somebody works, by which clock; alone it shows what counts."""

from agent.calendar.opening import is_open, next_open
from agent.calendar.owner import Owner, owner_of
from agent.calendar.week import is_of_week, read_week, show_week, together
from agent.calendar.whose import where_from
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.moved import follow_hours
from bot.messages import moment
from bot.zones import zone_named
from prompts.words import fixed, say
from storage import people
from storage.calendars import CalendarRow

DEFAULT = "default"


async def hours(desk: Desk, said: Said) -> Reply:
    """Show one's own, a team's or the workspace's hours, or change what is named: the week, the zone or both."""
    owner, words = await owner_of(desk, said.text)
    if words:
        await owner.check(desk, doing=say("change the hours"))
        await _change(desk, owner, words)
    return text_reply(await _shown(desk, owner), is_private=True)


async def _change(desk: Desk, owner: Owner, words: str) -> None:
    row = await owner.row(desk)
    before = row.model_dump(include={"zone", "week"})
    if words.casefold() == DEFAULT:
        row.zone = row.week = None
    else:
        _read(row, words)
    await owner.require_opening(desk)
    after = row.model_dump(include={"zone", "week"})
    if after != before:
        desk.audit("hours", "calendar", row.id, before=before | {"of": owner.scope}, after=after)
        await owner.move_deadlines(desk)
        if owner.person_id:
            await follow_hours(desk, await people.get(desk.tx, owner.person_id))


def _read(row: CalendarRow, words: str) -> None:
    """The week and the zone, as far as they are named."""
    said = together(words).split()
    week = " ".join(word for word in said if is_of_week(word))
    zone = " ".join(word for word in said if not is_of_week(word)).strip(" ,;")
    row.week = show_week(read_week(week)) if week else row.week
    row.zone = zone_named(zone).key if zone else row.zone


async def _shown(desk: Desk, owner: Owner) -> str:
    calendar = await owner.calendar(desk)
    said = fixed("*{whose}*: {week}, times of {zone}.")
    zone = calendar.zone.key + (await where_from(desk.tx, owner.person_id) if owner.person_id else "")
    when = say(said, whose=owner.name, week=show_week(calendar.week), zone=zone)
    if is_open(calendar, desk.now):
        return when + say(" Open now.")
    return when + say(" Opens {at}.", at=moment(next_open(calendar, desk.now)))


VERB = Verb(
    name="hours",
    takes=(Slot.HOURS,),
    summary=fixed("show or set working hours and time zone: yours, a team's or the workspace's"),
    example="hours Mon-Fri 9-18 Europe/Berlin",
    another="hours team Platform 8-16",
    action="profile",
    who=fixed("everyone for themselves; a team's: its managers; the workspace's: admins"),
    act=hours,
    german=("arbeitszeit",),
    no_inverse="saying it again with the former words sets them",
)
