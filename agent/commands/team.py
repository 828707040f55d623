"""`team …`: make a team, name it, say what it wants and who is in it; alone it lists the teams there are."""

from collections.abc import Awaitable, Callable

from agent.calendar.owner import team_named_first
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.commands.vocabulary import first_word
from agent.desk import Desk
from agent.people import members, preferences, settable, teams, values
from agent.people.whom import person_named
from bot.errors import UserError
from bot.messages import Menu, Message, Option, escape
from prompts.words import fixed, say, say_of
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
SPOKEN = (values.TEXT, values.REASONS, values.ANSWER)  # people's own words
HEIR = ("to", "an")
NEW_NAME = ("to", "in")


async def team(desk: Desk, said: Said) -> Reply:
    """Do one of these, or list the teams."""
    act, rest = first_word(" ".join(said.text.split()), GERMAN)
    return await ACTS[act or "list"](desk, rest)


async def _list(desk: Desk, words: str) -> Reply:
    lines = [f"• *{escape(one.name)}*: {await _who(desk, one)}" for one in await people.teams(desk.tx)]
    return _told("\n".join(lines) or say("No team yet: `team create NAME`."))


async def _show(desk: Desk, words: str) -> Reply:
    one, _ = await team_named_first(desk, words)
    open_tickets = sum(not ticket.is_private for ticket in await teams.open_tickets(desk, one))
    head = f"*{escape(one.name)}*: {await _who(desk, one)}; {say('{count} open', count=open_tickets)}."
    more = say("Its deadlines: `sla team {team}`; its days off: `holiday team {team}`.", team=escape(one.name))
    return _told("\n".join([head, *await preferences.shown(desk, one, settable.TEAM), more]))


async def _who(desk: Desk, one: Team) -> str:
    """Its members and their roles."""
    named = await memberships.roles_in(desk.tx, one.id)
    return ", ".join(f"@{escape(person.name)} ({role})" for person, role in named) or say("nobody yet")


async def _create(desk: Desk, words: str) -> Reply:
    one = await teams.create(desk, await desk.read_typed(words))
    there = fixed(
        "Team {team} is there. Next: `team member add {team} @someone manager`; `team delete {team}` undoes it."
    )
    return _told(say(there, team=escape(one.name)))


async def _rename(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    link, _, name = rest.partition(" ")
    if link.casefold() not in NEW_NAME:
        raise UserError(say("What is its new name? `team rename {team} to NAME`.", team=escape(one.name)))
    before = one.name
    await teams.rename(desk, one, await desk.read_typed(name))
    return _told(say("{before} is called {team} now.", before=escape(before), team=escape(one.name)))


async def _describe(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    return await _keep(desk, one, "description", rest)


async def _delete(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    link, _, name = rest.partition(" ")
    if rest and link.casefold() not in HEIR:
        raise UserError(say("Who gets its tickets? `team delete {team} to TEAM`.", team=escape(one.name)))
    heir = (await team_named_first(desk, name))[0] if rest else None
    if heir is None and (asks := await _which_heir(desk, one)):
        return asks
    moved = await teams.delete(desk, one, heir=heir)
    said = [say("Team {team} is deleted.", team=escape(one.name))]
    if heir:
        its, their = fixed("Its 1 open ticket is with {team}."), fixed("Its {count} open tickets are with {team}.")
        said.append(say_of(moved, its, their, team=escape(heir.name)))
    said.append(say("`team restore {team}` brings it back, without them.", team=escape(one.name)))
    return Reply(message=Message(text=" ".join(said)), is_private=True, settles=bool(heir))


async def _which_heir(desk: Desk, one: Team) -> Reply | None:
    """A question with a menu of the other teams, when there is something to inherit."""
    desk.check_admin(doing=say("delete {team}", team=escape(one.name)))
    left = await teams.open_tickets(desk, one)
    others = [other for other in await people.teams(desk.tx) if other is not one]
    if not left or not others:
        return None
    options = tuple(Option(label=other.name, value=other.name) for other in others)
    menu = Menu(label=say("To which team?"), action="team", value=f"delete {one.name} to", options=options)
    one_left = fixed("{team} has 1 open ticket. Who gets them? Or write `team delete {team} to TEAM`.")
    many_left = fixed("{team} has {count} open tickets. Who gets them? Or write `team delete {team} to TEAM`.")
    seen = [ticket for ticket in left if desk.may_see(desk.asker.slack_id, ticket)]
    text = say_of(len(seen), one_left, many_left, team=escape(one.name))
    if not seen:  # of private channels alone, which the asker is not in
        unseen = fixed("{team} has open tickets. Who gets them? Or write `team delete {team} to TEAM`.")
        text = say(unseen, team=escape(one.name))
    return Reply(message=Message(text=text, menu=menu), is_private=True)


async def _restore(desk: Desk, words: str) -> Reply:
    one = await teams.restore(desk, await desk.read_typed(words))
    back = fixed("Team {team} is back, with its members and settings; its tickets stay where they went.")
    return _told(say(back, team=escape(one.name)))


async def _set(desk: Desk, words: str) -> Reply:
    one, rest = await team_named_first(desk, words)
    key, _, value = rest.partition(" ")
    return await _keep(desk, one, key, value)


async def _keep(desk: Desk, one: Team, key: str, value: str) -> Reply:
    preference = preferences.named(key, settable.TEAM)
    await desk.check_team(one, doing=say("change the settings of {team}", team=escape(one.name)))
    words = await desk.read_typed(value) if preference.kind in SPOKEN else value
    await preferences.keep(desk, one, preference, words)
    return _told("\n".join([f"*{escape(one.name)}*", *await preferences.shown(desk, one, [preference])]))


async def _member(desk: Desk, words: str) -> Reply:
    act, rest = first_word(words, GERMAN)
    one, rest = await team_named_first(desk, rest)
    who, role = _role_last(rest)
    person = await person_named(desk, who)
    name, where = f"@{escape(person.name)}", escape(one.name)
    if act == "remove":
        before = await members.remove(desk, one, person)
        gone = fixed("{who} is no {role} of {team} any more. `team member add {team} {who} {role}` undoes it.")
        return _told(say(gone, who=name, role=before, team=where))
    if act == "role" and role is None:
        which, roles = fixed("Which role? `team member role {team} {who} {roles}`."), "|".join(members.ROLES)
        raise UserError(say(which, team=where, who=name, roles=roles))
    before_it = await members.add(desk, one, person, role=role or members.USUAL)
    now = {"who": name, "role": role or members.USUAL, "team": where}
    if before_it and before_it != role:
        return _told(say("{who} is {role} of {team} now, and was {before}.", before=before_it, **now))
    return _told(say("{who} is {role} of {team} now.", **now))


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
    summary=fixed("list teams; create, rename, describe, delete or restore one, change its settings and members"),
    example="team member add Platform @bob responder",
    another="team set Platform capacity 5",
    action="profile",
    who=fixed("everyone to look; settings and members: managers of the team; create, delete, managers: admins"),
    act=team,
    also=("teams", "members"),
    german=("mannschaft",),
    no_inverse="`delete` and `restore`, `member add` and `member remove` lead back; `default` takes a setting back",
)
