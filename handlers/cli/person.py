"""`person …`: who is in which team, and who may do everything."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from handlers.cli import audit, roster
from handlers.cli.table import AsJson, listed, told

if TYPE_CHECKING:
    from agent.people.organise import PersonFacts
    from storage.identities import Identity

HEADS = ("name", "Slack id", "roles", "GitHub")
Role = Literal["viewer", "responder", "manager"]


def register(cli: typer.Typer) -> None:
    person = typer.Typer(no_args_is_help=True, help="Add people, give them roles and list them.")
    person.command()(add)
    person.command("list")(show)
    person.command()(link)
    person.command()(unlink)
    person.command()(audit.forget)
    roster.register(person)
    cli.add_typer(person, name="person")


def add(
    slack_id: Annotated[str, typer.Option(help="Member id, U…: in Slack, profile, ⋮, Copy member ID.")],
    name: Annotated[str | None, typer.Option(help="Until Slack's own is read.")] = None,
    github: Annotated[str | None, typer.Option(help="GitHub login.")] = None,
    team: Annotated[str | None, typer.Option(help="A team to put them in; needs --role.")] = None,
    role: Annotated[Role | None, typer.Option(help="Responders get tickets, managers decide.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a person, or say more about one."""
    from agent.people.organise import PersonFacts
    from bot.errors import UserError

    if (team is None) != (role is None):
        raise UserError("--team and --role go together: --team Platform --role responder.")
    facts = PersonFacts(name=name, github_login=github, is_admin=admin)
    told([asyncio.run(_add(slack_id, facts, team, role))], as_json=as_json)


async def _add(slack_id: str, facts: "PersonFacts", team_name: str | None, role: Role | None) -> str:
    from agent.people.organise import add_person, give_role, team_called
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), may_be_first=True) as desk:
        team = await team_called(desk.tx, team_name) if team_name else None
        person = await add_person(desk, slack_id, facts)
        if team and role:
            await give_role(desk, person, team, role=role)
    place = f", {role} of {team.name}" if team else ""
    return f"{person.name} ({person.slack_id}){place}{', admin' if person.is_admin else ''}."


def show(as_json: AsJson = False) -> None:
    """List the people Chargehand knows."""
    rows = asyncio.run(_rows())
    listed(HEADS, rows, none="Nobody yet: `python app.py person add --slack-id U…`.", as_json=as_json)


async def _rows() -> list[tuple[str, str, str, str]]:
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import identities, people

    async with operator(read_settings()) as desk:
        teams = {team.id: team.name for team in await people.teams(desk.tx)}
        rows, logins = [], {one.person_id: one for one in await identities.all_of(desk.tx, desk.workspace_id)}
        for person in await people.everyone(desk.tx):
            roles = await people.roles_of(desk.tx, person.id)
            said = [f"{role} of {teams[team_id]}" for team_id, role in roles.items()]
            said += ["admin"] if person.is_admin else []
            said += [] if person.is_active else ["deactivated"]
            rows.append((person.name, person.slack_id, ", ".join(said), _login(logins.get(person.id))))
    return rows


def link(
    who: Annotated[str, typer.Argument(help="A name, Slack id or e-mail of somebody known.")],
    login: Annotated[str, typer.Argument(help="Their login on GitHub.")],
    as_json: AsJson = False,
) -> None:
    """Say who somebody is on GitHub; you vouch for it."""
    told([asyncio.run(_link(who, login))], as_json=as_json)


async def _link(who: str, login: str) -> str:
    from agent.people.logins import verify
    from agent.people.whom import person_named
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        person = await person_named(desk, who)
        await verify(desk, person, login)
    return f"{person.name} is {login.removeprefix('@')} on GitHub."


def unlink(
    who: Annotated[str, typer.Argument(help="A name, Slack id or e-mail of somebody known.")], as_json: AsJson = False
) -> None:
    """Let go of somebody's login on GitHub."""
    told([asyncio.run(_unlink(who))], as_json=as_json)


async def _unlink(who: str) -> str:
    from agent.people.logins import drop
    from agent.people.whom import person_named
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        login = await drop(desk, await person_named(desk, who))
    return f"{login} on GitHub is nobody's any more."


def _login(identity: "Identity | None") -> str:
    """As it is known, with how sure that is."""
    if identity is None:
        return ""
    return identity.shown if identity.is_verified else f"{identity.shown} ({identity.state})"
