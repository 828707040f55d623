"""`person …`: what is known of somebody, their settings, who is an admin, and who is not linked to GitHub."""

from collections.abc import Awaitable, Callable

from agent.commands.me import profile
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.more import and_more
from agent.people import logins, members, preferences, settable, values
from agent.people.whom import person_named
from agent.roster import paste
from bot.messages import escape
from prompts.words import fixed, say
from storage import identities, issues, memberships, people, pulls

LISTED = 50
TAKES_TICKETS = {"responder", "manager"}


async def person(desk: Desk, said: Said) -> Reply:
    """Do one of these."""
    act, *rest = said.text.split(maxsplit=1)
    told = await ACTS[act.casefold()](desk, "".join(rest).strip())
    return told if isinstance(told, Reply) else text_reply(told, is_private=True)


async def _show(desk: Desk, words: str) -> str:
    one = await person_named(desk, words)
    await desk.check_person(one, doing=say("see the profile of @{who}", who=escape(one.name)))
    return await profile(desk, one)


async def _admin(desk: Desk, words: str) -> str:
    who, _, value = words.rpartition(" ")
    desk.check_admin(doing=say("say who is an admin"))
    one = await person_named(desk, who)
    await members.make_admin(desk, one, is_admin=values.ON_OFF.read(value) == "on")
    became = fixed("@{who} is an admin now.") if one.is_admin else fixed("@{who} is no admin now.")
    return say(became, who=escape(one.name))


async def _set(desk: Desk, words: str) -> str:
    who, _, rest = words.partition(" ")
    key, _, value = rest.strip().partition(" ")
    one = await person_named(desk, who)
    await desk.check_person(one, doing=say("change the settings of @{who}", who=escape(one.name)))
    preference = preferences.named(key, settable.PERSON)
    await preferences.keep(desk, one, preference, value)
    return "\n".join([f"*@{escape(one.name)}*", *await preferences.shown(desk, one, [preference])])


async def _ask(desk: Desk, words: str) -> str:
    """Somebody who is not linked to GitHub is asked to say who they are there, once."""
    desk.check_admin(doing=say("ask somebody to link their GitHub login"))
    one = await person_named(desk, words)
    return await logins.ask_to_link(desk, one)


async def _unlinked(desk: Desk, words: str) -> str:
    """Logins of issues and pull requests that are nobody's, and members without a login."""
    desk.check_admin(doing=say("see who is not linked"))
    known = await identities.all_of(desk.tx, desk.workspace_id)
    proven = {identity.value for identity in known if identity.is_verified}
    authors = {*await issues.authors(desk.tx), *await pulls.authors(desk.tx)}
    logins = sorted(login for login in authors if login.lower() not in proven)
    linked = {identity.person_id for identity in known if identity.is_verified}
    at_work = {person_id for person_id, _, role in await memberships.everyone(desk.tx) if role in TAKES_TICKETS}
    names = [one.name for one in await people.everyone(desk.tx) if one.id in at_work - linked and one.is_active]
    return "\n".join(
        [
            say("*Logins that are nobody's*: {logins}", logins=_listed(logins)),
            say("*Members without a login*: {names}", names=_listed([f"@{name}" for name in names])),
            say("`person ask @someone` asks them to link; `link github LOGIN @someone` says it for them."),
        ]
    )


def _listed(names: list[str]) -> str:
    return escape(", ".join(names[:LISTED]) or say("none")) + and_more(len(names), LISTED)


ACTS: dict[str, Callable[[Desk, str], Awaitable[str | Reply]]] = {
    "show": _show,
    "admin": _admin,
    "set": _set,
    "unlinked": _unlinked,
    "ask": _ask,
    "import": paste.take_in,
}
VERB = Verb(
    name="person",
    takes=(Slot.PERSONS,),
    summary=fixed("show or set somebody's profile, say who is an admin, list or ask who is not linked, import people"),
    example="person set @bob language de",
    another="person admin @bob on",
    action="profile",
    who=fixed("everyone for themselves; of others: managers of their team; who is an admin: admins"),
    act=person,
    also=("people",),
    german=("personen", "leute"),
    no_inverse="`person admin @bob off` takes `on` back; `default` a setting",
)
