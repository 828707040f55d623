"""`me`: what is known of the asker, and how they take tickets."""

from agent.calendar.week import show_week
from agent.calendar.whose import calendar_of_person
from agent.commands import capacity
from agent.commands.verb import Reply, Said, Verb, text_reply
from agent.desk import Desk
from agent.duty import Duty, duty_of
from bot.messages import escape
from storage import people
from storage.people import Person


async def me(desk: Desk, said: Said) -> Reply:
    """Roles, load, rotation, absence, hours and the login on GitHub."""
    person = await people.get(desk.tx, desk.asker.person_id)
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    duty = await duty_of(desk, person)
    lines = [
        f"*@{escape(person.name)}*: {await _roles(desk, person)}",
        f"Capacity: {await capacity.in_words(desk, person)}",
        f"Rotation: {'in' if duty.is_in_rotation else 'off'}",
        await _absence(desk, duty),
        f"Hours: {show_week(calendar.week)}, times of {calendar.zone.key}",
        f"GitHub: {escape(person.github_login or 'not known')}",
    ]
    return text_reply("\n".join(lines), is_private=True)


async def _roles(desk: Desk, person: Person) -> str:
    teams = {team.id: team.name for team in await people.teams(desk.tx)}
    roles = [f"{role} of {escape(teams[team_id])}" for team_id, role in sorted(desk.asker.roles.items())]
    return ", ".join([*(["admin"] if person.is_admin else []), *roles]) or "viewer"


async def _absence(desk: Desk, duty: Duty) -> str:
    if duty.absence is None:
        return "Absence: none"
    cover = await people.get(desk.tx, duty.absence.cover_id) if duty.absence.cover_id else None
    note = f" – {escape(duty.absence.note)}" if duty.absence.note else ""
    return f"Absence: until {duty.back}{f', @{escape(cover.name)} covers' if cover else ''}{note}"


VERB = Verb(
    name="me",
    takes=(),
    summary="show your roles, capacity, rotation, absence and hours",
    example="me",
    action="duty",
    act=me,
    also=("whoami", "profile"),
    another="profile",
    german=("ich",),
    no_inverse="it changes nothing",
)
