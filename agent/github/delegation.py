"""`channel delegate acme/shop "@name"`: which coding agent may be given work, in which repository, how often."""

import re
from dataclasses import dataclass
from datetime import timedelta

from agent.channels.settings import keep
from agent.desk import Desk
from agent.turns.moving import move
from bot.errors import UserError
from bot.messages import escape, plain
from prompts.words import fixed, say
from storage import issues, pulls, receipts, repositories, settings_kv, thread_links, tickets
from storage.repositories import Repository

TOOL = "delegate"
PER_DAY = 3  # in one repository
OPEN_FOR = timedelta(days=7)  # after that an issue may be given away again, whatever became of it
OFF = {"off", "aus", "default"}
_PREFIX = re.compile(r"(?:/|@)[\w-]{1,40}(?:\s[\w./=-]{1,40}){0,3}")  # what calls a bot, with a few words of its own
_QUOTES = "\"'“”„`"


async def prefix_of(desk: Desk, row: Repository) -> str:
    """What calls the coding agent of a repository, in the channel where it is asked for.

    Raises:
        UserError: none is set there; with how it is.
    """
    here = desk.place.channel_id if desk.place else ""
    found = await settings_kv.get(desk.tx, here, _key(row)) if here else None
    if not found:
        off = fixed(
            "No coding agent may be given work in {repository} from here: a manager writes"
            ' `channel delegate {repository} "@name"` in the channel that it is for.'
        )
        raise UserError(say(off, repository=row.full_name))
    return found


def _key(row: Repository) -> str:
    return f"{TOOL}:{row.id}"


async def set_prefix(desk: Desk, here: str, row: Repository, words: str) -> None:
    """Set it for this channel, on record; `off` takes it away.

    Raises:
        UserError: the words call nobody.
    """
    prefix = " ".join(plain(words).strip(_QUOTES + " ").split())
    if prefix.casefold() in OFF:
        await keep(desk, here, _key(row), None)
    elif _PREFIX.fullmatch(prefix):
        await keep(desk, here, _key(row), prefix)
    else:
        wrong = fixed('“{words}” calls no coding agent: write `channel delegate {repository} "@name"`, or `off`.')
        raise UserError(say(wrong, words=escape(prefix[:40]), repository=row.full_name))


async def agents_of(desk: Desk, channel_id: str) -> list[str]:
    """What is set for a channel, as it is shown there: repository and prefix."""
    found = []
    for key in await settings_kv.keys(desk.tx, channel_id, f"{TOOL}:"):
        row = await repositories.get(desk.tx, int(key.removeprefix(f"{TOOL}:")))
        found.append(f"{escape(row.full_name)} `{escape(await settings_kv.get(desk.tx, channel_id, key) or '')}`")
    return found


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Where work is given, and the addresses that go with it: the ticket, the issues that it is about, the thread."""

    number: int
    links: tuple[str, ...] = ()


async def aim_at(desk: Desk, row: Repository, number: int, *, ticket_id: int | None) -> Aim:
    """The open pull request that the thread is about, where an issue was named that it belongs to; else what was named.

    Asked again with the number that it chose it chooses the same, so what is approved is what was shown.
    """
    place = desk.place
    link = place and await thread_links.of_thread(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts or "")
    pull = await pulls.get(desk.tx, link.pull_id) if link and link.pull_id else None
    issue = await issues.of_ticket(desk.tx, ticket_id) if ticket_id else None
    own = {issue.number: issue} if issue and issue.repository_id == row.id else {}
    if pull and pull.state == "open" and pull.repository_id == row.id:
        own |= await issues.numbered(desk.tx, row.id, pull.closes)
        number = pull.number if number in {*own, *pull.closes} else number
    about = [one.url for at, one in sorted(own.items()) if at != number]
    ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None
    named = ticket.permalink if ticket and not ticket.is_private else None
    here = place.permalink if place and not (place.is_private or place.is_dm) else None
    return Aim(number=number, links=tuple(dict.fromkeys(filter(None, [named, *about, here]))))


async def check_room(desk: Desk, row: Repository, number: int) -> None:
    """Let a delegation pass.

    Raises:
        UserError: this one was given away already and is still open, or it were too many in a day.
    """
    done = await receipts.done_with(desk.tx, TOOL, since=desk.now - OPEN_FOR)
    mine = [one for one in done if one.object_id.rpartition("#")[0] == row.full_name]
    known = await issues.by_number(desk.tx, row.id, number)
    before = next((one for one in mine if one.object_id == f"{row.full_name}#{number}"), None)
    if before and (known is None or known.state == "open"):
        again = fixed("{object} was given to a coding agent already ({receipt}): {url}")
        raise UserError(say(again, object=before.object_id, receipt=before.name, url=before.url or ""))
    if len([one for one in mine if one.at > desk.now - timedelta(days=1)]) >= PER_DAY:
        many = fixed("Coding agents were given work in {repository} {count} times in a day; that is the limit.")
        raise UserError(say(many, repository=row.full_name, count=PER_DAY))


async def given_back(desk: Desk, row: Repository, number: int) -> None:
    """What is in review and was given to a coding agent is worked on again: the threads that are about it move on."""
    pull, issue = await pulls.by_number(desk.tx, row.id, number), await issues.by_number(desk.tx, row.id, number)
    about = await thread_links.of_pull(desk.tx, pull.id) if pull else []
    about += await thread_links.of_issues(desk.tx, [issue.id]) if issue else []
    await move(desk, {link.id: link for link in about if link.phase == "review"}.values(), "changes asked")
