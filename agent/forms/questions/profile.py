"""How somebody takes tickets: capacity, absence, hours, login on GitHub; each form asks for what stands there today."""

from agent.assigning.duty import CAPACITY
from agent.calendar.week import read_week, show_week
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.forms.kind import Given
from agent.people.whom import LOGIN
from bot.errors import UserError
from bot.forms import Field
from bot.zones import zone_named
from prompts.words import fixed, say
from storage import settings_kv

NUMBER = fixed("Write a number from 1 to 999, or leave it empty for no limit.")
NO_LOGIN = fixed("GitHub has no such login: write it as in octocat.")


async def capacity(desk: Desk, value: str) -> tuple[Field, ...]:
    initial = await settings_kv.get(desk.tx, desk.asker.slack_id, CAPACITY) or ""
    label = say("Open tickets at most")
    hint = say("Then others are chosen first. Empty: no limit.")
    return (Field(name="number", kind="line", label=label, hint=hint, initial=initial, is_optional=True, longest=3),)


def capacity_lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"capacity {changed['number'] or 'off'}" if changed else "capacity"]


async def check_capacity(desk: Desk, value: str, given: Given) -> dict[str, str]:
    number = given.get("number", "")
    is_fine = not number or (number.isascii() and number.isdigit() and 1 <= int(number) <= 999)
    return {} if is_fine else {"number": say(NUMBER)}


async def away(desk: Desk, value: str) -> tuple[Field, ...]:
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    start = read_when("tomorrow", calendar, now=desk.now).at.astimezone(calendar.zone)
    hint = say("The first day on which you work again.")
    return (
        Field(name="date", kind="date", label=say("Back on"), hint=hint, initial=f"{start:%Y-%m-%d}"),
        Field(name="person", kind="person", label=say("Who covers"), is_optional=True),
        Field(name="note", kind="line", label=say("Note"), is_optional=True, longest=200),
    )


def away_lines(value: str, given: Given, changed: Given) -> list[str]:
    """The note stands below, since it may begin with a time."""
    cover = f" cover <@{given['person']}>" if given.get("person") else ""
    return [f"away {given.get('date', '')}{cover}\n{given.get('note', '')}".strip()]


async def check_away(desk: Desk, value: str, given: Given) -> dict[str, str]:
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    try:
        read_when(given.get("date", ""), calendar, now=desk.now)
    except UserError as refusal:
        return {"date": str(refusal)}
    return {"person": say("Somebody else has to cover.")} if given.get("person") == desk.asker.slack_id else {}


async def hours(desk: Desk, value: str) -> tuple[Field, ...]:
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    hint = say("As in Mon-Fri 9-18, or Mon-Thu 8-12 13-17. Outside of them messages wait.")
    return (
        Field(
            name="week",
            kind="line",
            label=say("When you work"),
            hint=hint,
            initial=show_week(calendar.week),
        ),
        Field(
            name="zone",
            kind="line",
            label=say("Time zone"),
            hint=say("As in Europe/Berlin."),
            initial=calendar.zone.key,
        ),
    )


def hours_lines(value: str, given: Given, changed: Given) -> list[str]:
    return [" ".join(["hours", *(changed[name] for name in ("week", "zone") if name in changed)])]


async def check_hours(desk: Desk, value: str, given: Given) -> dict[str, str]:
    wrong = {}
    for name, read in (("week", read_week), ("zone", zone_named)):
        try:
            read(given.get(name, ""))
        except UserError as refusal:
            wrong[name] = str(refusal)
    return wrong


async def login(desk: Desk, value: str) -> tuple[Field, ...]:
    hint = say("A code or an admin proves it.")
    label = say("Your login on GitHub")
    return (Field(name="login", kind="line", label=label, hint=hint, longest=40),)


def login_lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"link github {given.get('login', '')}"]


async def check_login(desk: Desk, value: str, given: Given) -> dict[str, str]:
    return {} if LOGIN.fullmatch(given.get("login", "").removeprefix("@")) else {"login": say(NO_LOGIN)}
