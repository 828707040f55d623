"""Who is in a team and as what, and who may do everything; somebody always may."""

from typing import cast, get_args

from agent.desk import Desk
from agent.people.organise import give_role
from bot.errors import UserError
from bot.messages import escape
from prompts.words import say
from storage import memberships, people
from storage.people import Person, RoleName, Team

USUAL: RoleName = "responder"
ROLES: tuple[RoleName, ...] = get_args(RoleName)
MANAGER: RoleName = "manager"


async def add(desk: Desk, team: Team, person: Person, *, role: RoleName) -> str | None:
    """Make somebody a member, or give them another role; returns the role they had.

    Raises:
        Refused: the asker does not manage the team, or is no admin and it is about a manager.
        UserError: they are a guest, or deactivated.
    """
    who = f"@{escape(person.name)}"
    before = cast("str | None", (await people.roles_of(desk.tx, person.id)).get(team.id))
    await _require_may_give(desk, team, role, before)
    if person.is_outsider:
        raise UserError(say("{who} is a guest, or of another organisation: they take no tickets.", who=who))
    if not person.is_active:
        raise UserError(say("{who} is deactivated in Slack.", who=who))
    await give_role(desk, person, team, role=role)
    await desk.tx.flush()
    return before


async def remove(desk: Desk, team: Team, person: Person) -> str:
    """Somebody is no member any more; returns the role they had. Tickets they have stay theirs.

    Raises:
        Refused: as for `add`. UserError: they are no member.
    """
    before = (await people.roles_of(desk.tx, person.id)).get(team.id)
    await _require_may_give(desk, team, before)
    if before is None:
        raise UserError(say("@{who} is not in {team}.", who=escape(person.name), team=escape(team.name)))
    await memberships.take_role(desk.tx, person, team)
    await desk.tx.flush()
    desk.audit("role", "person", person.id, before={"team": team.name, "role": before}, after={})
    return before


async def _require_may_give(desk: Desk, team: Team, *roles: str | None) -> None:
    """Managers run their team; who else manages it is for admins.

    Raises:
        Refused: with who could.
    """
    if MANAGER in roles:
        desk.check_admin(doing=say("change who manages {team}", team=escape(team.name)))
    await desk.check_team(team, doing=say("change the members of {team}", team=escape(team.name)))


async def make_admin(desk: Desk, person: Person, *, is_admin: bool) -> None:
    """Let somebody do everything, or no more.

    Raises:
        Refused: the asker is no admin. UserError: nobody would be left, or the settings name them.
    """
    desk.check_admin(doing=say("say who is an admin"))
    if person.is_admin == is_admin:
        return
    who = f"@{escape(person.name)}"
    if not is_admin and {admin.id for admin in await people.admins(desk.tx)} <= {person.id}:
        raise UserError(say("{who} is the last admin: `person admin @someone on` makes another one first.", who=who))
    if not is_admin and {person.slack_id, (person.email or "").lower()} & desk.settings.admin_names:
        raise UserError(say("{who} is an admin by CHARGEHAND_ADMINS: take them out there first.", who=who))
    if is_admin and (person.is_outsider or not person.is_active):
        raise UserError(say("{who} is a guest or deactivated: they cannot be an admin.", who=who))
    person.is_admin = is_admin
    await desk.tx.flush()
    desk.audit("admin", "person", person.id, before={"admin": not is_admin}, after={"admin": is_admin})
