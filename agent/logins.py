"""Who somebody is on GitHub: they say it, the login itself or an admin proves it; until then it carries no rights."""

import re
import secrets
from datetime import timedelta
from typing import Any

from agent import notify
from agent.admins import ask_admins
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import Button, Menu, Message, Option, escape, mention
from storage import identities, outbox, people
from storage.identities import CLAIMED, GITHUB, GUESSED, UNKNOWN, VERIFIED, Identity, State
from storage.people import Person

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")
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
            return f"You are {escape(own.shown)} on GitHub already."
        raise UserError(f"You are {escape(own.shown)} on GitHub: `unlink github` lets go of it first.")
    known = await identities.of_login(desk.tx, desk.workspace_id, login)
    holder = await people.get(desk.tx, known.person_id) if known and known.person_id != me.id else None
    if known and holder and known.is_verified:
        raise UserError(f"{escape(known.shown)} is @{escape(holder.name)} on GitHub; an admin can change that.")
    if known and holder and known.state == CLAIMED:
        return await _ask_admins(desk, login, me, holder)
    row = await _hold(desk, me, login, state=CLAIMED, source="person")
    row.code, row.code_ends = f"chargehand-{secrets.token_hex(5)}", desk.now + CODE_LIVES
    await desk.tx.flush()
    text = f"@{escape(me.name)} says that they are {escape(row.shown)} on GitHub."
    button = Button(label="Confirm", action="link", value=f"github {row.shown} {mention(me.slack_id)}")
    await ask_admins(desk, Message(text=text, buttons=(button,)), key=f"claim:{desk.key}")
    return (
        f"Noted, but not proven: as {escape(row.shown)}, write `{row.code}` in a comment on an issue or pull request "
        "of a connected repository within 10 minutes. An admin can confirm it too."
    )


async def _ask_admins(desk: Desk, login: str, me: Person, holder: Person) -> str:
    """Two say it of one login: whose it is an admin decides, and until then nothing changes."""
    desk.audit("claim", "person", me.id, before={}, after={"github": login, "also": holder.slack_id})
    text = f"@{escape(holder.name)} and @{escape(me.name)} both say that they are {escape(login)} on GitHub. Who is it?"
    options = tuple(Option(label=f"@{one.name}", value=mention(one.slack_id)) for one in (holder, me))
    menu = Menu(label="Who is it?", action="link", value=f"github {login}", options=options)
    await ask_admins(desk, Message(text=text, menu=menu), key=f"claim:{desk.key}")
    return f"@{escape(holder.name)} says so of {escape(login)} too: I have asked the admins who of you it is."


async def verify(desk: Desk, person: Person, login: str) -> None:
    """An admin says that this login is this person's; whoever may do that was asked before.

    Raises:
        UserError: it is proven to be somebody else's.
    """
    login = _checked(login)
    known = await identities.of_login(desk.tx, desk.workspace_id, login)
    if known and known.is_verified and known.person_id != person.id:
        holder = await people.get(desk.tx, known.person_id)
        raise UserError(f"{escape(known.shown)} is @{escape(holder.name)} on GitHub: `unlink github` them first.")
    if known is None or not known.is_verified or known.shown != login:
        await _hold(desk, person, login, state=VERIFIED, source="admin")


async def confirm(desk: Desk, login: str, code: str) -> bool:
    """The login itself said the code of its claim: it is proven; False when it is not its code, or too late."""
    row = await identities.of_code(desk.tx, desk.workspace_id, code)
    if row is None or row.value != login.lower() or row.code_ends is None or row.code_ends < desk.now:
        return False
    person = await people.get(desk.tx, row.person_id)
    await _hold(desk, person, row.shown, state=VERIFIED, source="github")
    payload = Message(text=f"You are {escape(row.shown)} on GitHub: the comment proved it.").model_dump_json()
    told = notify.outgoing(
        desk,
        key=f"linked:{row.id}:{code}",
        kind="post",
        lane=f"dm:{person.slack_id}",
        channel_id=person.slack_id,
        payload=payload,
    )
    await outbox.add(desk.tx, told)
    return True


async def guess(desk: Desk, login: str, email: str) -> None:
    """Whoever in Slack has the e-mail that GitHub knows as this login's may be it; they are asked in `me`."""
    person = await people.by_email(desk.tx, desk.workspace_id, email)
    if person is None or person.is_outsider or not LOGIN.fullmatch(login):
        return
    is_known = await identities.of_login(desk.tx, desk.workspace_id, login) is not None
    if not is_known and await identities.of_person(desk.tx, person.id) is None:
        await _hold(desk, person, login, state=GUESSED, source="e-mail")


async def drop(desk: Desk, person: Person) -> str:
    """Their login is nobody's any more, and a guess is not made again; returns the login.

    Raises:
        UserError: they have none.
    """
    row = await identities.of_person(desk.tx, person.id)
    if row is None:
        raise UserError("There is no GitHub login to let go of: `link github LOGIN` says whose it is.")
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
        raise UserError(f"“{escape(login[:40])}” is no login on GitHub: write it as in `link github octocat`.")
    return plain
