"""`link github octocat`: who is who on GitHub; the login itself or an admin proves it, `unlink` takes it back."""

from dataclasses import replace

from agent.commands.subject import subject
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people import logins
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say


async def link(desk: Desk, said: Said) -> Reply:
    """Claim a login, or say as an admin whose it is."""
    if not said.people:
        return text_reply(await logins.claim(desk, said.text), is_private=True)
    desk.check_admin(doing=say("say who somebody is on GitHub"))
    if len(said.people) > 1:
        raise UserError(say("One person at a time, please."))
    [person] = said.people
    await logins.verify(desk, person, said.text)
    login, admin = escape(said.text.removeprefix("@")), escape(desk.asker.name)
    text = say("@{who} is {login} on GitHub: confirmed by @{admin}.", who=escape(person.name), login=login, admin=admin)
    return replace(text_reply(text, is_private=True), settles=True)


async def unlink(desk: Desk, said: Said) -> Reply:
    """Let go of a login, one's own or, as an admin, somebody's."""
    if said.people:
        desk.check_admin(doing=say("say who somebody is on GitHub"))
    person = await subject(desk, said, doing=say("unlink"))
    login = await logins.drop(desk, person)
    return text_reply(
        say("{login} on GitHub is nobody's any more. `link github {login}` says it again.", login=escape(login)),
        is_private=True,
    )


VERB = Verb(
    name="link",
    takes=(Slot.LOGIN, Slot.WHOSE),
    summary=fixed("say who you are on GitHub; an admin says it of others"),
    example="link github octocat",
    another="link github octocat @bob",
    action="profile",
    who=fixed("everyone for themselves; for others: admins"),
    act=link,
    german=("verknüpfen",),
    inverse="unlink",
)
BACK = Verb(
    name="unlink",
    takes=(Slot.GITHUB, Slot.WHOSE),
    summary=fixed("let go of your login on GitHub"),
    example="unlink github",
    another="unlink github @bob",
    action="profile",
    who=fixed("everyone for themselves; for others: admins"),
    act=unlink,
    german=("entkoppeln",),
    inverse="link",
)
