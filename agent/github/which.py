"""Which repository a request means: the one it names, else that of its place; only one that all may know of who read.

The order: named; the issue of the thread's ticket, or of the thread itself; what `channel repo` says; the channel's
own; the asker's own; the only one there is; else they are asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.channels.settings import repository_of
from agent.desk import Desk
from bot.errors import Undecided, UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import calendars, channels, issues, repositories, settings_kv, thread_links
from storage.issues import Issue
from storage.repositories import Repository

HERE = "here"  # how a model asks for the repository of the place
OWN = "repository"  # the setting of a person
MOST_NAMED = 10
_NAMES = re.compile(r"(?<![\w./-])([a-z0-9][\w.-]{0,99}/[\w.-]{0,99}\w)(?![\w/-])", re.IGNORECASE)
_SHORT = re.compile(r"(?<!\w)repo(?:sitory)?[=:]\s?([a-z0-9][\w.-]{0,99})(?![\w/-])", re.IGNORECASE)


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
    if found := await _of_asker(desk, known):
        return found
    if len(known) == 1:
        return Which(row=known[0], why=say("{repository} is the only one connected.", repository=known[0].full_name))
    raise _which(known)


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
    words = {found.casefold() for text in texts for found in _NAMES.findall(text)}
    short = {found.casefold() for text in texts for found in _SHORT.findall(text)}
    by_short = [row for row in known if row.full_name.casefold().partition("/")[2] in short]
    full = [row for row in known if row.full_name.casefold() in words]
    return full or (by_short if len(by_short) == 1 else [])


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
    issue = await issues.of_ticket(desk.tx, ticket_id) if ticket_id else None
    issue = issue or await _opened_in_thread(desk, ticket_id)
    row = next((row for row in known if issue and row.id == issue.repository_id), None)
    if row is None or issue is None:
        return None
    why = say("The thread is about {repository}#{number}.", repository=row.full_name, number=issue.number)
    return Which(row=row, why=why, issue=issue.number)


async def _opened_in_thread(desk: Desk, ticket_id: int | None) -> Issue | None:
    """The one that was opened for a thread before it had a ticket."""
    place = desk.place
    if place is None or not place.thread_ts:
        return None
    link = await thread_links.of_thread(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    if link is None or link.issue_id is None or link.ticket_id not in {None, ticket_id}:
        return None
    return await issues.get(desk.tx, link.issue_id)
