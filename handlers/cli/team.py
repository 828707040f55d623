"""`team …`: the teams that take tickets, and the words by which they are found."""

import asyncio
from collections.abc import Awaitable, Callable
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from handlers.cli.table import AsJson, listed, told

if TYPE_CHECKING:
    from agent.desk import Desk

HEADS = ("team", "managers", "responders", "keywords", "channel")
Name = Annotated[str, typer.Argument(help="A team.")]
As = Annotated[str | None, typer.Option("--as", help="A known person, whose rights count instead of yours.")]
Role = Literal["viewer", "responder", "manager"]


def register(cli: typer.Typer) -> None:
    team = typer.Typer(no_args_is_help=True, help="Add teams, change them, say who is in them, list them.")
    team.command()(add)
    team.command("list")(list_all)
    for verb in (show, rename, describe, delete, restore):
        team.command()(verb)
    team.command("set")(set_one)
    team.command()(member)
    cli.add_typer(team, name="team")


def add(
    name: Annotated[str, typer.Argument(help="A team that is there gets what you add.")],
    description: Annotated[str | None, typer.Option(help="What it looks after, in a sentence.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="A word that means it; as often as needed.")] = None,
    component: Annotated[list[str] | None, typer.Option(help="A part it owns; as often as needed.")] = None,
    channel: Annotated[str | None, typer.Option(help="Id of its channel, C….")] = None,
) -> None:
    """Add a team, or say more about one."""
    asyncio.run(_add(name, description, keyword or [], component or [], channel))


async def _add(
    name: str, description: str | None, keywords: list[str], components: list[str], channel_id: str | None
) -> None:
    from agent.people.organise import TeamFacts, add_team
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import ownership

    facts = TeamFacts(description=description, keywords=keywords, components=components, channel_id=channel_id)
    async with operator(read_settings(), may_be_first=True) as desk:
        team = await add_team(desk, name, facts)
        words = await ownership.words_of(desk.tx, team.id, "keyword")
    typer.echo(f"Team {team.name}: keywords {', '.join(words) or 'none'}.")
    typer.echo(f"Next: `python app.py person add --slack-id U… --team {quote(team.name)} --role responder`.")


def list_all(as_json: AsJson = False) -> None:
    """List the teams and who is in them."""
    listed(HEADS, asyncio.run(_rows()), none="No team yet: `python app.py team add NAME`.", as_json=as_json)


async def _rows() -> list[tuple[str, str, str, str, str]]:
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import ownership, people

    async with operator(read_settings()) as desk:
        rows = []
        for team in await people.teams(desk.tx):
            managers, responders = [
                ", ".join(person.name for person in await people.members(desk.tx, team.id, role))
                for role in ("manager", "responder")
            ]
            words = ", ".join(await ownership.words_of(desk.tx, team.id, "keyword"))
            rows.append((team.name, managers, responders, words, team.channel_id or ""))
    return rows


def show(name: Name, *, acting_as: As = None, as_json: AsJson = False) -> None:
    """Show a team: its settings and who is in it."""
    _at_desk(_shown(name, as_json=as_json), acting_as)


def rename(name: Name, new: Annotated[str, typer.Argument(help="Its new name.")], *, acting_as: As = None) -> None:
    """Give a team another name."""

    async def act(desk: "Desk") -> None:
        from agent.people import teams
        from agent.people.organise import team_called

        await teams.rename(desk, await team_called(desk.tx, name), new)

    _at_desk(act, acting_as)


def describe(name: Name, text: Annotated[str, typer.Argument(help="What it looks after.")]) -> None:
    """Say what a team looks after."""
    set_one(name, "description", text)


def delete(
    name: Name,
    heir: Annotated[str | None, typer.Option(help="The team that gets its open tickets.")] = None,
    *,
    acting_as: As = None,
) -> None:
    """Delete a team; `team restore` brings it back without its tickets."""

    async def act(desk: "Desk") -> None:
        from agent.people import teams
        from agent.people.organise import team_called

        one = await team_called(desk.tx, name)
        moved = await teams.delete(desk, one, heir=await team_called(desk.tx, heir) if heir else None)
        typer.echo(f"Team {one.name} is deleted; {moved} open tickets moved.")

    _at_desk(act, acting_as)


def restore(name: Name, *, acting_as: As = None) -> None:
    """Bring a deleted team back."""

    async def act(desk: "Desk") -> None:
        from agent.people import teams

        typer.echo(f"Team {(await teams.restore(desk, name)).name} is back.")

    _at_desk(act, acting_as)


def set_one(
    name: Name,
    key: Annotated[str, typer.Argument(help="A setting, as `team show` lists them.")],
    value: Annotated[str, typer.Argument(help="Its value, or `default`.")],
    *,
    acting_as: As = None,
) -> None:
    """Change a setting of a team."""

    async def act(desk: "Desk") -> None:
        from agent.people import preferences, settable
        from agent.people.organise import team_called

        one = await team_called(desk.tx, name)
        await desk.check_team(one, doing=f"change the settings of {one.name}")
        await preferences.keep(desk, one, preferences.named(key, settable.TEAM), value)

    _at_desk(act, acting_as)


def member(
    act: Annotated[Literal["add", "remove", "role"], typer.Argument(help="What happens to them.")],
    name: Name,
    who: Annotated[str, typer.Argument(help="A name, Slack id or e-mail of somebody known.")],
    role: Annotated[Role, typer.Argument(help="Responders get tickets, managers decide.")] = "responder",
    *,
    acting_as: As = None,
) -> None:
    """Add somebody to a team, remove them, or change what they are in it."""

    async def change(desk: "Desk") -> None:
        from agent.people import members
        from agent.people.organise import team_called
        from agent.people.whom import person_named

        one, person = await team_called(desk.tx, name), await person_named(desk, who)
        if act == "remove":
            await members.remove(desk, one, person)
        else:
            await members.add(desk, one, person, role=role)

    _at_desk(change, acting_as)
    _at_desk(_shown(name), acting_as)


def _shown(name: str, *, as_json: bool = False) -> "Callable[[Desk], Awaitable[None]]":
    async def act(desk: "Desk") -> None:
        from agent.people import preferences, settable
        from agent.people.organise import team_called
        from bot.messages import plain
        from storage import memberships

        one = await team_called(desk.tx, name)
        roles = [f"{person.name} ({role})" for person, role in await memberships.roles_in(desk.tx, one.id)]
        lines = [
            plain(line).replace("`", "").replace("•", " ") for line in await preferences.shown(desk, one, settable.TEAM)
        ]
        told([f"{one.name}: {', '.join(roles) or 'nobody yet'}", *lines], as_json=as_json)

    return act


def _at_desk(act: "Callable[[Desk], Awaitable[None]]", acting_as: str | None = None) -> None:
    """Do it on the database of the settings; what changed is committed at the end."""

    async def run() -> None:
        from bot.settings import read_settings
        from handlers.cli.desk import operator

        async with operator(read_settings(), acting_as=acting_as) as desk:
            await act(desk)

    asyncio.run(run())
