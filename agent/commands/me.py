"""`me`: what is known of the asker, how they take tickets, and what they set (`me set language de`)."""

from agent import preferences
from agent.calendar.week import show_week
from agent.calendar.whose import calendar_of_person
from agent.commands import capacity
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.duty import Duty, duty_of
from bot.messages import Button, Message, escape
from storage import identities, people
from storage.identities import GUESSED, VERIFIED, Identity
from storage.people import Person

HOW_SURE: dict[str, str] = {VERIFIED: "", GUESSED: " (guessed by your e-mail: is it you?)"}
NOT_PROVEN = " (not proven yet)"


async def me(desk: Desk, said: Said) -> Reply:
    """Show it, or set one thing."""
    person = await people.get(desk.tx, desk.asker.person_id)
    if said.text:
        key, _, words = said.text.partition(" ")[2].strip().partition(" ")
        preference = preferences.named(key, preferences.PERSON)
        await preferences.keep(desk, person, preference, words)
        return text_reply("\n".join(await preferences.shown(desk, person, [preference])), is_private=True)
    identity = await identities.of_person(desk.tx, person.id)
    buttons = _ask(identity) if identity and identity.state == GUESSED else ()
    return Reply(message=Message(text=await profile(desk, person), buttons=buttons), is_private=True)


def _ask(identity: Identity) -> tuple[Button, ...]:
    return (
        Button(label="Yes", action="link", value=f"github {identity.shown}"),
        Button(label="No", action="unlink", value="github"),
    )


async def profile(desk: Desk, person: Person) -> str:
    """Roles, load, rotation, absence, hours, the login on GitHub and what they set."""
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    duty = await duty_of(desk, person)
    identity = await identities.of_person(desk.tx, person.id)
    sure = HOW_SURE.get(identity.state, NOT_PROVEN) if identity else ""
    lines = [
        f"*@{escape(person.name)}*: {await _roles(desk, person)}",
        f"Capacity: {await capacity.in_words(desk, person)}",
        f"Rotation: {'in' if duty.is_in_rotation else 'off'}",
        await _absence(desk, person, duty),
        f"Hours: {show_week(calendar.week)}, times of {calendar.zone.key}",
        f"GitHub: {escape(identity.shown) + sure if identity else 'not known'}",
        *await preferences.shown(desk, person, await preferences.chosen(desk, person, preferences.PERSON)),
    ]
    return "\n".join(lines)


async def _roles(desk: Desk, person: Person) -> str:
    teams = {team.id: team.name for team in await people.teams(desk.tx)}
    held = await people.roles_of(desk.tx, person.id)
    roles = [f"{role} of {escape(teams[team_id])}" for team_id, role in sorted(held.items())]
    return ", ".join([*(["admin"] if person.is_admin else []), *roles]) or "viewer"


async def _absence(desk: Desk, person: Person, duty: Duty) -> str:
    if duty.absence is None:
        return "Absence: none"
    cover = await people.get(desk.tx, duty.absence.cover_id) if duty.absence.cover_id else None
    is_own = desk.actor is not None and desk.actor.person_id == person.id  # the note is for nobody else
    note = f" – {escape(duty.absence.note)}" if duty.absence.note and is_own else ""
    return f"Absence: until {duty.back}{f', @{escape(cover.name)} covers' if cover else ''}{note}"


VERB = Verb(
    name="me",
    takes=(Slot.ME,),
    summary="show your roles, capacity, rotation, absence, hours and settings, or change a setting",
    example="me",
    action="duty",
    act=me,
    also=("whoami", "profile"),
    another="me set language de",
    german=("ich",),
    no_inverse="`me set KEY default` takes a setting back",
)
