"""Who somebody is on GitHub: they say it, the login itself or an admin proves it; until then it carries no rights."""

import re
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from agent.admins import ask_admins
from agent.desk import Desk
from agent.language import of_person
from agent.notices.post import post
from agent.notices.standing import quiet_until
from agent.people.whom import LOGIN
from bot.errors import UserError
from bot.messages import Button, Menu, Message, Option, escape, mention
from prompts.words import fixed, say, speaking
from storage import identities, outbox, people
from storage.identities import CLAIMED, GITHUB, GUESSED, UNKNOWN, VERIFIED, Identity, State
from storage.people import Person

CODE = re.compile(r"\bchargehand-[0-9a-f]{10}\b")
CODE_LIVES = timedelta(minutes=10)


async def claim(desk: Desk, login: str) -> str:
    """The asker says that this login is theirs; returns what they do next.

    Raises:
        UserError: it is proven to be somebody else's, or they have another one.
    """
    me, login = await people.get(desk.tx, desk.asker.person_id), _checked(login)
    own = await identities.of_person(desk.tx, me.id)
    if own and own.is_verified:
        if own.value == login.lower():
            return say("You are {login} on GitHub already.", login=escape(own.shown))
        own_one = fixed("You are {login} on GitHub: `unlink github` lets go of it first.")
        raise UserError(say(own_one, login=escape(own.shown)))
    known = await identities.of_login(desk.tx, desk.workspace_id, login)
    holder = await people.get(desk.tx, known.person_id) if known and known.person_id != me.id else None
    if known and holder and known.is_verified:
        taken = fixed("{login} is @{who} on GitHub; an admin can change that.")
        raise UserError(say(taken, login=escape(known.shown), who=escape(holder.name)))
    if known and holder and known.state == CLAIMED:
        return await _ask_admins(desk, login, me, holder)
    row = await _hold(desk, me, login, state=CLAIMED, source="person")
    row.code, row.code_ends = f"chargehand-{secrets.token_hex(5)}", desk.now + CODE_LIVES
    await desk.tx.flush()
    await ask_admins(desk, partial(_to_confirm, row.shown, me), key=f"claim:{desk.key}")
    return say(
        "Noted, but not proven: as {login}, write `{code}` in a comment on an issue or pull request of a connected"
        " repository within 10 minutes. An admin can confirm it too.",
        login=escape(row.shown),
        code=row.code,
    )


def _to_confirm(login: str, me: Person) -> Message:
    text = say("@{who} says that they are {login} on GitHub.", who=escape(me.name), login=escape(login))
    button = Button(label=say("Confirm"), action="link", value=f"github {login} {mention(me.slack_id)}")
    return Message(text=text, buttons=(button,))


async def _ask_admins(desk: Desk, login: str, me: Person, holder: Person) -> str:
    """Two say it of one login: whose it is an admin decides, and until then nothing changes."""
    desk.audit("claim", "person", me.id, before={}, after={"github": login, "also": holder.slack_id})
    await ask_admins(desk, partial(_which, login, holder, me), key=f"claim:{desk.key}")
    both = fixed("@{who} says so of {login} too: I have asked the admins who of you it is.")
    return say(both, who=escape(holder.name), login=escape(login))


def _which(login: str, holder: Person, me: Person) -> Message:
    both = fixed("@{one} and @{other} both say that they are {login} on GitHub. Who is it?")
    text = say(both, one=escape(holder.name), other=escape(me.name), login=escape(login))
    options = tuple(Option(label=f"@{one.name}", value=mention(one.slack_id)) for one in (holder, me))
    return Message(
        text=text, menu=Menu(label=say("Who is it?"), action="link", value=f"github {login}", options=options)
    )


async def verify(desk: Desk, person: Person, login: str) -> None:
    """An admin says that this login is this person's; whoever may do that was asked before.

    Raises:
        UserError: it is proven to be somebody else's.
    """
    login = _checked(login)
    known = await identities.of_login(desk.tx, desk.workspace_id, login)
    if known and known.is_verified and known.person_id != person.id:
        holder = await people.get(desk.tx, known.person_id)
        taken = fixed("{login} is @{who} on GitHub: `unlink github` them first.")
        raise UserError(say(taken, login=escape(known.shown), who=escape(holder.name)))
    if known is None or not known.is_verified or known.shown != login:
        await _hold(desk, person, login, state=VERIFIED, source="admin")


async def confirm(desk: Desk, login: str, code: str) -> bool:
    """The login itself said the code of its claim: it is proven; False when it is not its code, or too late."""
    row = await identities.of_code(desk.tx, desk.workspace_id, code)
    if row is None or row.value != login.lower() or row.code_ends is None or row.code_ends < desk.now:
        return False
    person = await people.get(desk.tx, row.person_id)
    await _hold(desk, person, row.shown, state=VERIFIED, source="github")
    with speaking(await of_person(desk, person.id)):
        text = say("You are {login} on GitHub: the comment proved it.", login=escape(row.shown))
    await post(desk, person.slack_id, Message(text=text), key=f"linked:{row.id}:{code}")
    return True


async def guess(desk: Desk, login: str, email: str) -> None:
    """Whoever in Slack has the e-mail that GitHub knows as this login's may be it; they are asked in `me`."""
    person = await people.by_email(desk.tx, desk.workspace_id, email)
    if person is None or person.is_outsider or not LOGIN.fullmatch(login):
        return
    is_known = await identities.of_login(desk.tx, desk.workspace_id, login) is not None
    if not is_known and await identities.of_person(desk.tx, person.id) is None:
        await _hold(desk, person, login, state=GUESSED, source="e-mail")


async def ask_to_link(desk: Desk, person: Person) -> str:
    """Somebody is asked once who they are on GitHub, when it suits them; returns what whoever asks for it reads."""
    own = await identities.of_person(desk.tx, person.id)
    if own and own.is_verified:
        return say("@{who} is {login} on GitHub already.", who=escape(person.name), login=escape(own.shown))
    key = f"ask-to-link:{person.id}"
    if await outbox.exists_for(desk.tx, key):
        was_asked = fixed("@{who} was asked already. `link github LOGIN @someone` says it for them.")
        return say(was_asked, who=escape(person.name))
    with speaking(await of_person(desk, person.id)):
        question = _question()
    until, why = await quiet_until(desk, person)
    await post(desk, person.slack_id, question, key=key, due_at=until)
    desk.audit("ask", "person", person.id, before={}, after={"for": GITHUB})
    asks = fixed("@{who} will be asked when it suits them, as {why}.") if until else fixed("@{who} is asked.")
    return say(asks, who=escape(person.name), why=say(why))


def _question() -> Message:
    text = say(
        "Who are you on GitHub? Then your issues and pull requests there count as yours here: `link github LOGIN`."
    )
    return Message(text=text, buttons=(Button(label=say("Link GitHub…"), action="form:link"),))


async def drop(desk: Desk, person: Person) -> str:
    """Their login is nobody's any more, and a guess is not made again; returns the login.

    Raises:
        UserError: they have none.
    """
    row = await identities.of_person(desk.tx, person.id)
    if row is None:
        raise UserError(say("There is no GitHub login to let go of: `link github LOGIN` says whose it is."))
    desk.audit("unlink", "person", person.id, before={GITHUB: row.shown, "state": row.state}, after={})
    if row.state == GUESSED:
        row.state = UNKNOWN
    else:
        await desk.tx.delete(row)
    await desk.tx.flush()
    return row.shown


async def _hold(desk: Desk, person: Person, login: str, *, state: State, source: str) -> Identity:
    """One login, one person: what either had before goes."""
    own = await identities.of_person(desk.tx, person.id)
    row = await identities.of_login(desk.tx, desk.workspace_id, login)
    before = {GITHUB: own.shown, "state": own.state} if own else {}
    if own and own is not row:
        await desk.tx.delete(own)
        await desk.tx.flush()
    held: dict[str, Any] = {"person_id": person.id, "shown": login, "state": state, "source": source, "at": desk.now}
    row = row or Identity(workspace_id=desk.workspace_id, value=login.lower(), **held)
    desk.tx.add(row)
    for name, value in (held | {"code": None, "code_ends": None}).items():
        setattr(row, name, value)
    await desk.tx.flush()
    desk.audit("link", "person", person.id, before=before, after={GITHUB: login, "state": state, "source": source})
    return row


def _checked(login: str) -> str:
    """A login without its @.

    Raises:
        UserError: GitHub has no such logins.
    """
    plain = login.strip().removeprefix("@")
    if not LOGIN.fullmatch(plain):
        no_login = fixed("“{said}” is no login on GitHub: write it as in `link github octocat`.")
        raise UserError(say(no_login, said=escape(login[:40])))
    return plain
