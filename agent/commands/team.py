"""`team …`: make a team, name it, say what it wants and who is in it; alone it lists the teams there are."""

from collections.abc import Awaitable, Callable

from agent import members, preferences, teams
from agent.calendar.owner import team_named_first
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.whom import person_named
from bot.errors import UserError
from bot.messages import Menu, Message, Option, escape
from storage import memberships, people
from storage.people import RoleName, Team

GERMAN = {
    "liste": "list",
    "zeige": "show",
    "anlegen": "create",
    "add": "create",
    "umbenennen": "rename",
    "beschreiben": "describe",
    "löschen": "delete",
    "wiederherstellen": "restore",
    "setze": "set",
    "members": "member",
    "mitglied": "member",
    "hinzufügen": "add",
    "entfernen": "remove",
    "rolle": "role",
}
HEIR = ("to", "an")
NEW_NAME = ("to", "in")


async def team(desk: Desk, said: Said) -> Reply:
    """Do one of these, or list the teams."""
    act, rest = _first(said.text)
    return await ACTS[act or "list"](desk, rest)


def _first(words: str) -> tuple[str, str]:
    """The first word, in English, and the rest."""
    first, _, rest = words.strip().partition(" ")
    return GERMAN.get(first.casefold(), first.casefold()), " ".join(rest.split())


async def _list(desk: Desk, words: str) -> Reply:
    lines = [f"• *{escape(one.name)}*: {await _who(desk, one)}" for one in await people.teams(desk.tx)]
    return _told("\n".join(lines) or "No team yet: `team create NAME`.")


async def _show(desk: Desk, words: str) -> Reply:
    one, _ = await team_named_first(desk, words)
    open_tickets = sum(not ticket.is_private for ticket in await teams.open_tickets(desk, one))
    head = f"*{escape(one.name)}*: {await _who(desk, one)}; {open_tickets} open."
    return _told("\n".join([head, *await preferences.shown(desk, one, preferences.TEAM)]))


async def _who(desk: Desk, one: Team) -> str:
    """Its members and their roles."""
    named = await memberships.roles_in(desk.tx, one.id)
    return ", ".join(f"@{escape(person.name)} ({role})" for person, role in named) or "nobody yet"


async def _create(desk: Desk, words: str) -> Reply:
    one = await teams.create(desk, words)
    name = escape(one.name)
    return _told(
        f"Team {name} is there. Next: `team member add {name} @someone manager`; `team delete {name}` undoes it."
    )


async def _rename(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    link, _, name = rest.partition(" ")
    if link.casefold() not in NEW_NAME:
        raise UserError(f"What is its new name? `team rename {escape(one.name)} to NAME`.")
    before = one.name
    await teams.rename(desk, one, name)
    return _told(f"{escape(before)} is called {escape(one.name)} now.")


async def _describe(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    return await _set(desk, f"{one.name} description {rest}")


async def _delete(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    link, _, name = rest.partition(" ")
    if rest and link.casefold() not in HEIR:
        raise UserError(f"Who gets its tickets? `team delete {escape(one.name)} to TEAM`.")
    heir = (await team_named_first(desk, name))[0] if rest else None
    if heir is None and (asks := await _which_heir(desk, one)):
        return asks
    moved = await teams.delete(desk, one, heir=heir)
    to = f" Its {moved} open {'ticket is' if moved == 1 else 'tickets are'} with {escape(heir.name)}." if heir else ""
    text = f"Team {escape(one.name)} is deleted.{to} `team restore {escape(one.name)}` brings it back, without them."
    return Reply(message=Message(text=text), is_private=True, settles=bool(heir))


async def _which_heir(desk: Desk, one: Team) -> Reply | None:
    """A question with a menu of the other teams, when there is something to inherit."""
    desk.check_admin(doing=f"delete {escape(one.name)}")
    left, others = (
        await teams.open_tickets(desk, one),
        [other for other in await people.teams(desk.tx) if other is not one],
    )
    if not left or not others:
        return None
    options = tuple(Option(label=other.name, value=other.name) for other in others)
    menu = Menu(label="To which team?", action="team", value=f"delete {one.name} to", options=options)
    number = f"{len(left)} open {'ticket' if len(left) == 1 else 'tickets'}"
    text = f"{escape(one.name)} has {number}. Who gets them? Or write `team delete {escape(one.name)} to TEAM`."
    return Reply(message=Message(text=text, menu=menu), is_private=True)


async def _restore(desk: Desk, words: str) -> Reply:
    one = await teams.restore(desk, words)
    return _told(f"Team {escape(one.name)} is back, with its members and settings; its tickets stay where they went.")


async def _set(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    key, _, value = rest.partition(" ")
    preference = preferences.named(key, preferences.TEAM)
    await desk.check_team(one, doing=f"change the settings of {escape(one.name)}")
    await preferences.keep(
        desk, one, preference, await desk.read_out(value) if preference.kind is preferences.TEXT else value
    )
    return _told("\n".join([f"*{escape(one.name)}*", *await preferences.shown(desk, one, [preference])]))


async def _member(desk: Desk, words: str) -> Reply:
    act, rest = _first(words)
    one, rest = await team_named_first(desk, rest)
    who, role = _role_last(rest)
    person = await person_named(desk, who)
    name, where = f"@{escape(person.name)}", escape(one.name)
    if act == "remove":
        before = await members.remove(desk, one, person)
        return _told(f"{name} is no {before} of {where} any more. `team member add {where} {name} {before}` undoes it.")
    if act == "role" and role is None:
        raise UserError(f"Which role? `team member role {where} {name} {'|'.join(members.ROLES)}`.")
    before_it = await members.add(desk, one, person, role=role or members.USUAL)
    was = f", and was {before_it}" if before_it and before_it != role else ""
    return _told(f"{name} is {role or members.USUAL} of {where} now{was}.")


def _role_last(words: str) -> tuple[str, RoleName | None]:
    """Who is meant, and the role behind them."""
    who, _, last = words.rpartition(" ")
    role = next((role for role in members.ROLES if role == last.casefold()), None)
    return (who, role) if role and who else (words, None)


def _told(text: str) -> Reply:
    return text_reply(text, is_private=True)


ACTS: dict[str, Callable[[Desk, str], Awaitable[Reply]]] = {
    "list": _list,
    "show": _show,
    "create": _create,
    "rename": _rename,
    "describe": _describe,
    "delete": _delete,
    "restore": _restore,
    "set": _set,
    "member": _member,
}
VERB = Verb(
    name="team",
    takes=(Slot.TEAMS,),
    summary="list teams; create, rename, describe, delete or restore one, change its settings and members",
    example="team member add Platform @bob responder",
    another="team set Platform capacity 5",
    action="profile",
    act=team,
    also=("teams",),
    german=("mannschaft",),
    no_inverse="`delete` and `restore`, `member add` and `member remove` lead back; `default` takes a setting back",
)
