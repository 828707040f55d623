"""A team gets another name, goes and comes back; its open tickets go to the heir that is named, never to nobody."""

from agent.desk import Desk
from agent.language import of_ticket
from agent.people.organise import TeamFacts, add_team, checked_name, require_free
from agent.tickets.moving import hand_to
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say, say_of, speaking
from storage import people, tickets
from storage.people import Team
from storage.tickets import Ticket


async def create(desk: Desk, name: str) -> Team:
    """A new team.

    Raises:
        Refused: the asker is no admin. UserError: there is such a team, or was one.
    """
    desk.check_admin(doing=say("create a team"))
    await require_free(desk, name)
    return await add_team(desk, name, TeamFacts())


async def rename(desk: Desk, team: Team, name: str) -> None:
    """Another name; what it has stays.

    Raises:
        Refused: the asker does not manage it. UserError: another team has or had the name.
    """
    await desk.check_team(team, doing=say("rename {team}", team=escape(team.name)))
    name = checked_name(name)
    if people.slug_of(name) != team.slug:
        await require_free(desk, name)
    before = team.name
    if name != before:
        team.name, team.slug = name, people.slug_of(name)
        await desk.tx.flush()
        desk.audit("rename", "team", team.id, before={"name": before}, after={"name": name})


async def open_tickets(desk: Desk, team: Team) -> list[Ticket]:
    """What a team has to do, those of private channels included: they need an heir too."""
    return await tickets.open_ones(desk.tx, desk.workspace_id, team_id=team.id)


async def delete(desk: Desk, team: Team, *, heir: Team | None) -> int:
    """The team takes no more tickets; how many went to the heir.

    Raises:
        Refused: the asker is no admin. UserError: it has open tickets and there is no heir.
    """
    desk.check_admin(doing=say("delete {team}", team=escape(team.name)))
    left = await open_tickets(desk, team)
    if left and heir is None:
        one = fixed("{team} has 1 open ticket: `team delete {team} to TEAM` gives them to another team first.")
        many = fixed("{team} has {count} open tickets: `team delete {team} to TEAM` gives them to another team first.")
        raise UserError(say_of(len(left), one, many, team=escape(team.name)))
    if heir is not None and heir.id == team.id:
        raise UserError(say("A team cannot inherit from itself."))
    if heir is not None:
        for ticket in left:
            with speaking(await of_ticket(desk, ticket)):
                moved = fixed("moved to {heir}, since {team} was deleted")
                said = say(moved, heir=escape(heir.name), team=escape(team.name))
            await hand_to(desk, ticket, heir, said=said)
    team.deleted_at = desk.now
    await desk.tx.flush()
    before = {"name": team.name}
    desk.audit("delete", "team", team.id, before=before, after={"heir": heir.name if heir else None})
    return len(left)


async def restore(desk: Desk, name: str) -> Team:
    """A deleted team with its members and settings; its tickets stay where they went.

    Raises:
        Refused: the asker is no admin. UserError: no team of this name was deleted.
    """
    desk.check_admin(doing=say("restore a team"))
    team = await people.deleted_team(desk.tx, name)
    if team is None:
        raise UserError(say("No team “{said}” was deleted.", said=escape(name[:40])))
    team.deleted_at = None
    await desk.tx.flush()
    desk.audit("restore", "team", team.id, before={}, after={"name": team.name})
    return team
