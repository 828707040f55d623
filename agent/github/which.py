"""Which repository a request means: the one it names, else that of its place; only one that all may know of who read.

The order: named; the issue of the thread's ticket, or of the thread itself, else its active pull request; what
`channel repo` says; the channel's own; the asker's own; the only one there is; else they are asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.channels.settings import repository_of
from agent.desk import Desk
from agent.turns.grounding.on_github import named_on_github
from agent.turns.grounding.said import Text
from bot.errors import Undecided, UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import calendars, channels, issues, pulls, repositories, settings_kv, thread_links
from storage.repositories import Repository
from storage.thread_links import ThreadLink

HERE = "here"  # how a model asks for the repository of the place
OWN = "repository"  # the setting of a person
MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Which:
    """`why` says how it was found, as a sentence; empty when it was typed. `issue`: the number of the thread's own."""

    row: Repository
    why: str = ""
    issue: int | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """In whose words a repository is looked for: those of who asks, as Slack sent them; and the number of the issue or
    pull request that a model has named beside it."""

    texts: Sequence[str]
    number: int | None = None


async def repository_for(desk: Desk, said: str, *, ticket_id: int | None, asked: Asked | None = None) -> Which:
    """The repository that is meant.

    Args:
        said: `acme/shop`, `shop` where only one is called so, or `here`.
        ticket_id: of the thread's ticket.
        asked: of what a model has said: `here` is what the words name, if they do, and `shop` has to be said there or
            be that of the place. None: somebody has typed it.

    Raises:
        UserError: none is, or it cannot be told which; names those there are.
    """
    if not desk.settings.acts_on_github:
        raise UserError(say("I cannot ask GitHub: set GITHUB_APP_ID and GITHUB_PRIVATE_KEY, or GITHUB_TOKEN."))
    known = await visible(desk)
    meant = _meant(known, asked) if asked else None
    row = _named(known, said) if said != HERE else meant
    if row is None:
        if found := await of_place(desk, known, ticket_id):
            return found
        raise _which(known)
    if asked and row in named_in(known, asked.texts):
        return Which(row=row, why=say("The request names {repository}.", repository=row.full_name))
    if asked and said != HERE and "/" not in said:
        found = await of_place(desk, known, ticket_id)
        if found is None or found.row is not row:
            raise _which(known)
        return found
    return Which(row=row)


def _meant(known: Sequence[Repository], asked: Asked) -> Repository | None:
    """The one that the words name beside the number, or at all, if they name one alone."""
    by_name = {row.full_name.casefold(): row for row in known}
    named = named_on_github(map(Text.of, asked.texts), by_name)
    meant = named.meant("" if asked.number is None else str(asked.number), by_name.keys())
    return by_name[next(iter(meant))] if len(meant) == 1 else None


async def of_place(desk: Desk, known: Sequence[Repository], ticket_id: int | None) -> Which | None:
    """The one that counts where none is named.

    Args:
        known: as `visible` finds them.
    """
    if found := await _of_thread(desk, known, ticket_id):
        return found
    place = desk.place.channel_id if desk.place else ""
    chosen = await repository_of(desk.tx, place)
    own = [row for row in known if row.id == chosen] or [row for row in known if place and row.channel_id == place]
    if len(own) == 1:
        return Which(row=own[0], why=say("{repository} is this channel's.", repository=own[0].full_name))
    if found := await _of_asker(desk, known):
        return found
    if len(known) == 1:
        return Which(row=known[0], why=say("{repository} is the only one connected.", repository=known[0].full_name))
    return None


async def visible(desk: Desk) -> list[Repository]:
    """Those connected that everybody may know of who can read the answer: one of a private channel, only there."""
    here = desk.place.channel_id if desk.place else ""
    rows = await repositories.connected(desk.tx)
    return [row for row in rows if await may_know(desk, row, here, is_alone=not desk.is_read_along)]


async def may_know(desk: Desk, row: Repository, channel_id: str, *, is_alone: bool = False) -> bool:
    """Whether everybody who reads in a channel may know of a repository, and of whatever is in it.

    Of one whose home is a private channel that is so there alone; what Slack never told of is private.

    Args:
        channel_id: where it would be read.
        is_alone: only who asks reads it, so it is enough that they are in the home.
    """
    home = row.channel_id or desk.settings.github_channel
    if not home or home == channel_id:
        return True
    if is_alone and desk.actor and home in desk.channels_of(desk.actor.slack_id):
        return True
    if home in desk.insiders:
        return False
    known = await channels.known(desk.tx, desk.workspace_id, home)
    if known is None:
        # The job of a request has asked Slack for the home of each that is connected: a private one has insiders.
        return desk.surface == "agent" and not (row.is_gone or row.disconnected_at)
    return not known.is_private


def _named(known: Sequence[Repository], said: str) -> Repository:
    wanted = said.casefold()
    found = [row for row in known if wanted in {row.full_name.casefold(), row.full_name.casefold().partition("/")[2]}]
    if len(found) == 1:
        return found[0]
    missing = fixed("There is no repository “{name}” that everybody here may see.")
    raise _which(found or known, why=say(missing, name=escape(said)) if not found else "")


def named_in(known: Sequence[Repository], texts: Iterable[str]) -> list[Repository]:
    """Those that texts name, as whole words: by their full names, or as `repo=shop` where one alone is called so."""
    named = named_on_github(map(Text.of, texts), [row.full_name for row in known]).repositories
    return [row for row in known if row.full_name.casefold() in named]


def _which(known: Sequence[Repository], *, why: str = "") -> UserError:
    """What to ask, with those there are to choose from."""
    if not known:
        none = say("No repository is connected here: an admin writes `repo connect OWNER/NAME`.")
        return UserError(f"{why} {none}".strip())
    shown = known[:MOST_NAMED]
    names = ", ".join(escape(row.full_name) for row in shown)
    asks = say("Which repository? There are: {names}. Name it as OWNER/NAME.", names=names)
    choices = [(row.full_name, row.full_name) for row in shown]
    return Undecided(f"{why} {asks}".strip(), slot="repository", choices=choices)


async def _of_asker(desk: Desk, known: Sequence[Repository]) -> Which | None:
    """The one that the asker has set for themselves (`me set repository`), while it is connected and may be known."""
    if desk.actor is None:
        return None
    own = await settings_kv.get(desk.tx, calendars.of_person(desk.actor.person_id), OWN) or ""
    row = next((row for row in known if row.full_name.casefold() == own.casefold()), None)
    return Which(row=row, why=say("{repository} is your own default.", repository=row.full_name)) if row else None


async def _of_thread(desk: Desk, known: Sequence[Repository], ticket_id: int | None) -> Which | None:
    """That of the issue of its ticket, or of the one that was opened for it before; else of its active pull request."""
    link, issue = await _link(desk), await issues.of_ticket(desk.tx, ticket_id) if ticket_id else None
    if issue is None and link and link.issue_id is not None and link.ticket_id in {None, ticket_id}:
        issue = await issues.get(desk.tx, link.issue_id)
    about = issue or (await pulls.get(desk.tx, link.pull_id) if link and link.pull_id is not None else None)
    row = next((row for row in known if about and row.id == about.repository_id), None)
    if row is None or about is None:
        return None
    why = say("The thread is about {repository}#{number}.", repository=row.full_name, number=about.number)
    return Which(row=row, why=why, issue=issue.number if issue else None)


async def _link(desk: Desk) -> ThreadLink | None:
    place = desk.place
    if place is None or not place.thread_ts:
        return None
    return await thread_links.of_thread(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
