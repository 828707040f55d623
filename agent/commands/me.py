"""`me`: what is known of the asker, how they take tickets, and what they set (`me set language de`)."""

from agent.assigning.duty import duty_of
from agent.calendar.week import show_week
from agent.calendar.when import in_words
from agent.calendar.whose import calendar_of_person, where_from
from agent.commands import capacity
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_person
from agent.people import preferences, settable
from bot.messages import Button, Message, escape
from prompts.words import fixed, say, speaking
from storage import absences, identities, people
from storage.absences import Absence
from storage.identities import GUESSED, VERIFIED, Identity
from storage.people import Person

HOW_SURE: dict[str, str] = {VERIFIED: "", GUESSED: fixed(" (guessed by your e-mail: is it you?)")}
NOT_PROVEN = fixed(" (not proven yet)")


async def me(desk: Desk, said: Said) -> Reply:
    """Show it, or set one thing."""
    person = await people.get(desk.tx, desk.asker.person_id)
    if said.text:
        key, _, words = said.text.partition(" ")[2].strip().partition(" ")
        preference = preferences.named(key, settable.PERSON)
        await preferences.keep(desk, person, preference, words)
        with speaking(await of_person(desk, person.id)):  # which may have been set just now
            return text_reply("\n".join(await preferences.shown(desk, person, [preference])), is_private=True)
    identity = await identities.of_person(desk.tx, person.id)
    buttons = _ask(identity) if identity and identity.state == GUESSED else ()
    return Reply(message=Message(text=await profile(desk, person), buttons=buttons), is_private=True)


def _ask(identity: Identity) -> tuple[Button, ...]:
    return (
        Button(label=say("Yes"), action="link", value=f"github {identity.shown}"),
        Button(label=say("No"), action="unlink", value="github"),
    )


async def profile(desk: Desk, person: Person) -> str:
    """Roles, load, rotation, absence, hours, the login on GitHub and what they set."""
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    zone = calendar.zone.key + await where_from(desk.tx, person.id)
    duty = await duty_of(desk, person)
    identity = await identities.of_person(desk.tx, person.id)
    lines = [
        f"*@{escape(person.name)}*: {await _roles(desk, person)}",
        say("Capacity: {capacity}", capacity=await capacity.in_words(desk, person)),
        say("Rotation: in") if duty.is_in_rotation else say("Rotation: off"),
        *await _absences(desk, person),
        say("Hours: {week}, times of {zone}", week=show_week(calendar.week), zone=zone),
        _login(identity),
        *await preferences.shown(desk, person, [one for one in settable.PERSON if one.kept != settable.CALENDAR]),
    ]
    return "\n".join(lines)


def _login(identity: Identity | None) -> str:
    if identity is None:
        return say("GitHub: not known")
    return f"GitHub: {escape(identity.shown)}{say(HOW_SURE.get(identity.state, NOT_PROVEN))}"


async def _roles(desk: Desk, person: Person) -> str:
    teams = {team.id: team.name for team in await people.teams(desk.tx)}
    held = await people.roles_of(desk.tx, person.id)
    roles = [say("{role} of {team}", role=role, team=escape(teams[team_id])) for team_id, role in sorted(held.items())]
    return ", ".join([*(["admin"] if person.is_admin else []), *roles]) or "viewer"


async def _absences(desk: Desk, person: Person) -> list[str]:
    """Each that is not over, with its dates and who covers."""
    found = await absences.not_over(desk.tx, person.id, now=desk.now)
    return [say("Absence: {dates}", dates=await _dates(desk, person, one)) for one in found] or [say("Absence: none")]


async def _dates(desk: Desk, person: Person, absence: Absence) -> str:
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    since = f"{absence.starts.astimezone(calendar.zone):%Y-%m-%d}"
    span = fixed("from {since} until {until}") if absence.starts > desk.now else fixed("{since} until {until}")
    dates = say(span, since=since, until=in_words(absence.ends, calendar, desk.now))
    if absence.cover_id:
        dates += say(", @{who} covers", who=escape((await people.get(desk.tx, absence.cover_id)).name))
    is_own = desk.actor is not None and desk.actor.person_id == person.id  # the note is for nobody else
    return f"{dates} – {escape(absence.note)}" if absence.note and is_own else dates


VERB = Verb(
    name="me",
    takes=(Slot.ME,),
    summary=fixed("show your roles, capacity, rotation, absence, hours and settings, or change a setting"),
    example="me",
    action="duty",
    act=me,
    also=("whoami", "profile"),
    another="me set language de",
    german=("ich",),
    no_inverse="`me set KEY default` takes a setting back",
)
