"""A new team by its name, and who comes into one, with which role, or leaves it."""

from agent.calendar.owner import team_named_first
from agent.desk import Desk
from agent.forms.kind import Given
from agent.people.members import ROLES
from bot.access import Target, can
from bot.forms import Field
from bot.messages import Option, escape
from prompts.words import fixed, say

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
