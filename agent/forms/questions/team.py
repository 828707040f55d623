"""A team by its name: a new one, another name for it, its end; and who comes into it, with which role, or leaves it."""

from agent.calendar.owner import team_named_first
from agent.desk import Desk
from agent.forms.kind import Given
from agent.people.members import ROLES
from bot.access import Target, can
from bot.errors import UserError
from bot.forms import Field
from bot.messages import Option, escape
from prompts.words import fixed, say
from storage import people

REMOVE = "remove"
MISSING = fixed("Choose somebody.")
SHOWN = {
    "viewer": fixed("Viewer"),
    "responder": fixed("Responder: takes tickets"),
    "manager": fixed("Manager"),
    REMOVE: fixed("Leaves the team"),
}


async def new(desk: Desk, value: str) -> tuple[Field, ...]:
    """For an admin.

    Raises:
        Refused: the asker is none.
    """
    desk.check_admin(doing=say("create a team"))
    return (Field(name="name", kind="line", label=say("Its name"), longest=60),)


def new_lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"team create {' '.join(given.get('name', '').split())}"]


async def rename(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages it.

    Raises:
        Refused: the asker does not.
    """
    team, _ = await team_named_first(desk, value)
    await desk.check_team(team, doing=say("rename {team}", team=escape(team.name)))
    return (Field(name="name", kind="line", label=say("Its new name"), initial=team.name, longest=60),)


def rename_lines(value: str, given: Given, changed: Given) -> list[str]:
    name = " ".join(changed.get("name", "").split())
    return [f"team rename {value} to {name}" if name else f"team show {value}"]


async def delete(desk: Desk, value: str) -> tuple[Field, ...]:
    """For an admin.

    Raises:
        Refused: the asker is none. UserError: there is no team.
    """
    desk.check_admin(doing=say("delete a team"))
    teams = tuple(Option(label=team.name, value=team.name) for team in await people.teams(desk.tx))
    if not teams:
        raise UserError(say("There is no team."))
    return (
        Field(name="team", kind="choice", label=say("Which team?"), options=teams, initial=value),
        Field(
            name="heir",
            kind="choice",
            label=say("Who gets its open tickets?"),
            hint=say("With open tickets and nobody to get them it stays. What is deleted can be restored."),
            options=teams,
            is_optional=True,
        ),
    )


def delete_lines(value: str, given: Given, changed: Given) -> list[str]:
    heir = f" to {given['heir']}" if given.get("heir") else ""
    return [f"team delete {given.get('team', '')}{heir}"]


async def check_delete(desk: Desk, value: str, given: Given) -> dict[str, str]:
    is_own = given.get("heir") and given.get("heir") == given.get("team")
    return {"heir": say("Another team has to get them.")} if is_own else {}


async def members(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages it; only an admin says who else does.

    Raises:
        Refused: the asker does not.
    """
    team, _ = await team_named_first(desk, value)
    await desk.check_team(team, doing=say("change who is in {team}", team=escape(team.name)))
    roles = [role for role in ROLES if role != "manager" or can(desk.asker, "administer", Target())]
    options = tuple(Option(label=say(SHOWN[name]), value=name) for name in (*roles, REMOVE))
    return (
        Field(name="people", kind="people", label=say("Who")),
        Field(name="role", kind="choice", label=say("Role"), options=options, initial="responder"),
    )


def member_lines(value: str, given: Given, changed: Given) -> list[str]:
    who = [f"<@{slack_id}>" for slack_id in given.get("people", "").split()]
    role = given.get("role", "")
    if role == REMOVE:
        return [f"team member remove {value} {one}" for one in who]
    return [f"team member add {value} {one} {role}" for one in who]


async def check_members(desk: Desk, value: str, given: Given) -> dict[str, str]:
    return {} if given.get("people") else {"people": say(MISSING)}
