"""Which repository a request means: the one it names, else that of its place; only one that all may know of who read.

The order: named; the issue of the thread's ticket; what `channel repo` says; the channel's own; the only one there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.channels.settings import repository_of
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import issues, repositories
from storage.repositories import Repository

HERE = "here"  # how a model asks for the repository of the place
MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Which:
    """`why` says how it was found, as a sentence; empty when it was named. `issue`: the number of the thread's own."""

    row: Repository
    why: str = ""
    issue: int | None = None


async def repository_for(desk: Desk, said: str, *, ticket_id: int | None) -> Which:
    """The repository that is meant.

    Args:
        said: `acme/shop`, `shop` where only one is called so, or `here`.
        ticket_id: of the thread's ticket.

    Raises:
        UserError: none is, or it cannot be told which; names those there are.
    """
    if not desk.settings.acts_on_github:
        raise UserError(say("I cannot ask GitHub: set GITHUB_APP_ID and GITHUB_PRIVATE_KEY, or GITHUB_TOKEN."))
    known = await visible(desk)
    if said != HERE:
        return Which(row=_named(known, said))
    if found := await _of_thread(desk, known, ticket_id):
        return found
    place = desk.place.channel_id if desk.place else ""
    chosen = await repository_of(desk.tx, place)
    own = [row for row in known if row.id == chosen] or [row for row in known if place and row.channel_id == place]
    if len(own) == 1:
        return Which(row=own[0], why=say("{repository} is this channel's.", repository=own[0].full_name))
    if len(known) == 1:
        return Which(row=known[0], why=say("{repository} is the only one connected.", repository=known[0].full_name))
    raise UserError(_which(known))


async def visible(desk: Desk) -> list[Repository]:
    """Those connected that everybody may know of who can read the answer: one of a private channel, only there."""
    return [row for row in await repositories.connected(desk.tx) if _is_open_to(desk, row)]


def _is_open_to(desk: Desk, row: Repository) -> bool:
    home = row.channel_id or desk.settings.github_channel
    return home not in desk.insiders or home in desk.channels_of(desk.asker.slack_id)


def _named(known: Sequence[Repository], said: str) -> Repository:
    wanted = said.casefold()
    found = [row for row in known if wanted in {row.full_name.casefold(), row.full_name.casefold().partition("/")[2]}]
    if len(found) == 1:
        return found[0]
    missing = fixed("There is no repository “{name}” that everybody here may see.")
    why = say(missing, name=escape(said)) if not found else ""
    raise UserError(f"{why} {_which(found or known)}".strip())


def _which(known: Sequence[Repository]) -> str:
    if not known:
        return say("No repository is connected here: an admin writes `repo connect OWNER/NAME`.")
    names = ", ".join(escape(row.full_name) for row in known[:MOST_NAMED])
    return say("Which repository? There are: {names}. Name it as OWNER/NAME.", names=names)


async def _of_thread(desk: Desk, known: Sequence[Repository], ticket_id: int | None) -> Which | None:
    issue = await issues.of_ticket(desk.tx, ticket_id) if ticket_id else None
    row = next((row for row in known if issue and row.id == issue.repository_id), None)
    if row is None or issue is None:
        return None
    why = say("The thread is about {repository}#{number}.", repository=row.full_name, number=issue.number)
    return Which(row=row, why=why, issue=issue.number)
