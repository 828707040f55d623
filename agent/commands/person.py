"""`person …`: what is known of somebody, their settings, who is an admin, and who is not linked to GitHub."""

from collections.abc import Awaitable, Callable

from agent import members, preferences
from agent.commands.me import profile
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.whom import person_named
from bot.messages import escape
from storage import identities, issues, memberships, people, pulls

LISTED = 50
TAKES_TICKETS = {"responder", "manager"}


async def person(desk: Desk, said: Said) -> Reply:
    """Do one of the four."""
    act, _, rest = said.text.partition(" ")
    return text_reply(await ACTS[act.casefold()](desk, rest.strip()), is_private=True)


async def _show(desk: Desk, words: str) -> str:
    one = await person_named(desk, words)
    await desk.check_person(one, doing=f"see the profile of @{escape(one.name)}")
    return await profile(desk, one)


async def _admin(desk: Desk, words: str) -> str:
    who, _, value = words.rpartition(" ")
    desk.check_admin(doing="say who is an admin")
    one = await person_named(desk, who)
    await members.make_admin(desk, one, is_admin=preferences.ON_OFF.read(value) == "on")
    return f"@{escape(one.name)} is {'an admin' if one.is_admin else 'no admin'} now."


async def _set(desk: Desk, words: str) -> str:
    who, _, rest = words.partition(" ")
    key, _, value = rest.strip().partition(" ")
    one = await person_named(desk, who)
    await desk.check_person(one, doing=f"change the settings of @{escape(one.name)}")
    preference = preferences.named(key, preferences.PERSON)
    await preferences.keep(desk, one, preference, value)
    return "\n".join([f"*@{escape(one.name)}*", *await preferences.shown(desk, one, [preference])])


async def _unlinked(desk: Desk, words: str) -> str:
    """Logins of issues and pull requests that are nobody's, and members without a login."""
    desk.check_admin(doing="see who is not linked")
    known = await identities.all_of(desk.tx, desk.workspace_id)
    proven = {identity.value for identity in known if identity.is_verified}
    authors = {*await issues.authors(desk.tx), *await pulls.authors(desk.tx)}
    logins = sorted(login for login in authors if login.lower() not in proven)
    linked = {identity.person_id for identity in known if identity.is_verified}
    at_work = {person_id for person_id, _, role in await memberships.everyone(desk.tx) if role in TAKES_TICKETS}
    names = [one.name for one in await people.everyone(desk.tx) if one.id in at_work - linked and one.is_active]
    return "\n".join(
        [
            f"*Logins that are nobody's*: {_listed(logins)}",
            f"*Members without a login*: {_listed([f'@{name}' for name in names])}",
            "Ask them to write `link github LOGIN`, or write `link github LOGIN @someone` yourself.",
        ]
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return escape(", ".join(names[:LISTED]) or "none") + more


ACTS: dict[str, Callable[[Desk, str], Awaitable[str]]] = {
    "show": _show,
    "admin": _admin,
    "set": _set,
    "unlinked": _unlinked,
}
VERB = Verb(
    name="person",
    takes=(Slot.PERSONS,),
    summary="show somebody's profile, set what they want, say who is an admin, list who is not linked to GitHub",
    example="person set @bob language de",
    another="person admin @bob on",
    action="profile",
    act=person,
    also=("people",),
    no_inverse="`person admin @bob off` takes `on` back; `default` a setting",
)
