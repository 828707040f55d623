"""`link github octocat`: who is who on GitHub; the login itself or an admin proves it, `unlink` takes it back."""

from dataclasses import replace

from agent import logins
from agent.commands.subject import subject
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape


async def link(desk: Desk, said: Said) -> Reply:
    """Claim a login, or say as an admin whose it is."""
    if not said.people:
        return text_reply(await logins.claim(desk, said.text), is_private=True)
    desk.check_admin(doing="say who somebody is on GitHub")
    if len(said.people) > 1:
        raise UserError("One person at a time, please.")
    [person] = said.people
    await logins.verify(desk, person, said.text)
    login, admin = escape(said.text.removeprefix("@")), escape(desk.asker.name)
    text = f"@{escape(person.name)} is {login} on GitHub: confirmed by @{admin}."
    return replace(text_reply(text, is_private=True), settles=True)


async def unlink(desk: Desk, said: Said) -> Reply:
    """Let go of a login, one's own or, as an admin, somebody's."""
    if said.people:
        desk.check_admin(doing="say who somebody is on GitHub")
    person = await subject(desk, said, doing="unlink")
    login = await logins.drop(desk, person)
    return text_reply(
        f"{escape(login)} on GitHub is nobody's any more. `link github {escape(login)}` says it again.", is_private=True
    )


VERB = Verb(
    name="link",
    takes=(Slot.LOGIN, Slot.WHOSE),
    summary="say who you are on GitHub; an admin says it of others",
    example="link github octocat",
    another="link github octocat @bob",
    action="profile",
    act=link,
    german=("verknüpfen",),
    inverse="unlink",
)
BACK = Verb(
    name="unlink",
    takes=(Slot.GITHUB, Slot.WHOSE),
    summary="let go of your login on GitHub",
    example="unlink github",
    another="unlink github @bob",
    action="profile",
    act=unlink,
    german=("entkoppeln",),
    inverse="link",
)
