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
    *,
    as_json: AsJson = False,
) -> None:
    """Add a team, or say more about one."""
    told(asyncio.run(_add(name, description, keyword or [], component or [], channel)), as_json=as_json)


async def _add(
    name: str, description: str | None, keywords: list[str], components: list[str], channel_id: str | None
) -> list[str]:
    from agent.people.organise import TeamFacts, add_team
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import ownership

    facts = TeamFacts(description=description, keywords=keywords, components=components, channel_id=channel_id)
    async with operator(read_settings(), may_be_first=True) as desk:
        team = await add_team(desk, name, facts)
        words = await ownership.words_of(desk.tx, team.id, "keyword")
    following = f"Next: `python app.py person add --slack-id U… --team {quote(team.name)} --role responder`."
    return [f"Team {team.name}: keywords {', '.join(words) or 'none'}.", following]


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
    told(_at_desk(_shown(name), acting_as), as_json=as_json)


def rename(
    name: Name,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Give a team another name."""

    async def act(desk: "Desk") -> list[str]:
        from agent.people import teams
        from agent.people.organise import team_called

        one = await team_called(desk.tx, name)
        await teams.rename(desk, one, new)
        return [f"Team {name} is {one.name} now."]

    told(_at_desk(act, acting_as), as_json=as_json)


def describe(
    name: Name,
    text: Annotated[str, typer.Argument(help="What it looks after.")],
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Say what a team looks after."""
    set_one(name, "description", text, acting_as=acting_as, as_json=as_json)


def delete(
    name: Name,
    heir: Annotated[str | None, typer.Option(help="The team that gets its open tickets.")] = None,
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Delete a team; `team restore` brings it back without its tickets."""

    async def act(desk: "Desk") -> list[str]:
        from agent.people import teams
        from agent.people.organise import team_called

        one = await team_called(desk.tx, name)
        moved = await teams.delete(desk, one, heir=await team_called(desk.tx, heir) if heir else None)
        return [f"Team {one.name} is deleted; {moved} open tickets moved."]

    told(_at_desk(act, acting_as), as_json=as_json)


def restore(name: Name, *, acting_as: As = None, as_json: AsJson = False) -> None:
    """Bring a deleted team back."""

    async def act(desk: "Desk") -> list[str]:
        from agent.people import teams

        return [f"Team {(await teams.restore(desk, name)).name} is back."]

    told(_at_desk(act, acting_as), as_json=as_json)


def set_one(
    name: Name,
    key: Annotated[str, typer.Argument(help="A setting, as `team show` lists them.")],
    value: Annotated[str, typer.Argument(help="Its value, or `default`.")],
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Change a setting of a team."""

    async def act(desk: "Desk") -> list[str]:
        from agent.people import preferences, settable
        from agent.people.organise import team_called

        one = await team_called(desk.tx, name)
        await desk.check_team(one, doing=f"change the settings of {one.name}")
        preference = preferences.named(key, settable.TEAM)
        await preferences.keep(desk, one, preference, value)
        shown = await preferences.shown(desk, one, settable.TEAM)
        return [f"{one.name}, {_line(line)}" for line in shown if _line(line).startswith(f"{preference.key}:")]

    told(_at_desk(act, acting_as), as_json=as_json)


def member(
    act: Annotated[Literal["add", "remove", "role"], typer.Argument(help="What happens to them.")],
    name: Name,
    who: Annotated[str, typer.Argument(help="A name, Slack id or e-mail of somebody known.")],
    role: Annotated[Role, typer.Argument(help="Responders get tickets, managers decide.")] = "responder",
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Add somebody to a team, remove them, or change what they are in it."""

    async def change(desk: "Desk") -> list[str]:
        from agent.people import members
        from agent.people.organise import team_called
        from agent.people.whom import person_named

        one, person = await team_called(desk.tx, name), await person_named(desk, who)
        if act == "remove":
            await members.remove(desk, one, person)
        else:
            await members.add(desk, one, person, role=role)
        return await _shown(name)(desk)

    told(_at_desk(change, acting_as), as_json=as_json)


def _shown(name: str) -> "Callable[[Desk], Awaitable[list[str]]]":
    async def act(desk: "Desk") -> list[str]:
        from agent.people import preferences, settable
        from agent.people.organise import team_called
        from storage import memberships

        one = await team_called(desk.tx, name)
        roles = [f"{person.name} ({role})" for person, role in await memberships.roles_in(desk.tx, one.id)]
        lines = [f"  {_line(line)}" for line in await preferences.shown(desk, one, settable.TEAM)]
        return [f"{one.name}: {', '.join(roles) or 'nobody yet'}", *lines]

    return act


def _line(said: str) -> str:
    """A line of a list in Slack, as it is read here."""
    from bot.messages import plain

    return plain(said).replace("`", "").replace("•", " ").strip()


def _at_desk(act: "Callable[[Desk], Awaitable[list[str]]]", acting_as: str | None = None) -> list[str]:
    """Do it on the database of the settings; what changed is committed before it is told."""

    async def run() -> list[str]:
        from bot.settings import read_settings
        from handlers.cli.desk import operator

        async with operator(read_settings(), acting_as=acting_as) as desk:
            return await act(desk)

    return asyncio.run(run())
