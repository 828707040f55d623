"""What Chargehand writes on GitHub for somebody, they could have written there themselves: GitHub is asked."""

from collections.abc import Sequence

from agent.desk import Desk
from agent.github.failing import words_of
from agent.people.whom import person_named
from bot.access import PERMISSIONS
from bot.errors import Refused, UserError
from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.rights import permission
from bot.messages import escape
from prompts.words import fixed, say
from storage import identities
from storage.database import Tx

LEAST = "triage"
LOGIN_MISSING = fixed(
    "Nobody has proven who @{who} is on GitHub: `link github LOGIN` by themselves, or by an admin, says it."
)


async def linked_login(tx: Tx, person_id: int) -> str:
    """The login that is proven to be somebody's.

    Raises:
        Refused: there is none; with how one links it.
    """
    known = await identities.of_person(tx, person_id)
    if known and known.is_verified:
        return known.shown
    if known and known.state == identities.CLAIMED:
        claimed = fixed(
            "It is not proven yet that you are {login} on GitHub: `link github {login}` says how you prove it, or an"
            " admin confirms it. Until then I write nothing there for you."
        )
        raise Refused(say(claimed, login=escape(known.shown)))
    raise Refused(
        say("I do not know who you are on GitHub: `link github LOGIN` says it. Then I can write there for you.")
    )


async def may_write(github: GitHubClient, repository: GitHubRepository, login: str) -> str:
    """What a login may do in a repository, when that is enough to arrange issues there: triage or more.

    GitHub's answer counts for five minutes.

    Raises:
        Refused: it is less; with who could give it.
        UserError: GitHub does not say.
    """
    try:
        held = await permission(github, repository, login)
    except CallFailed as failed:
        raise UserError(words_of(failed, repository.full_name)) from failed
    if PERMISSIONS.index(held) >= PERMISSIONS.index(LEAST):
        return held
    if held == "none":
        nothing = fixed("{login} has no access to {repository} on GitHub: its admins can give triage or write.")
        raise Refused(say(nothing, login=escape(login), repository=repository.full_name))
    little = fixed("{login} may only read in {repository} on GitHub: its admins can give triage or write.")
    raise Refused(say(little, login=escape(login), repository=repository.full_name))


async def proven_logins(desk: Desk, people: Sequence[str]) -> list[str]:
    """The proven logins of people.

    Raises:
        UserError: somebody has none, or is nobody.
    """
    found = []
    for one in people:
        person = await person_named(desk, one)
        known = await identities.of_person(desk.tx, person.id)
        if known is None or not known.is_verified:
            raise UserError(say(LOGIN_MISSING, who=escape(person.name)))
        found.append(known.shown)
    return found
