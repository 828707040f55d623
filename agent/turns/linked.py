"""What an answer names and its turn has read becomes a link, where everybody may know of it who reads the answer."""

from collections.abc import Iterable, Mapping, Sequence

from agent.desk import Desk
from agent.github.which import visible
from agent.guardrails.references import addresses, references
from storage import issues, pulls, thread_links, tickets
from storage.turns import ToolCall, Turn

TICKET = "ch-"  # how the key of one begins


async def addresses_in(desk: Desk, turn: Turn, texts: Iterable[str], uses: Sequence[ToolCall]) -> Mapping[str, str]:
    """The key of each ticket, issue and pull request that these texts name -> where it is seen.

    A number alone is that of a repository only where the turn has read of one with it and of no other.

    Args:
        uses: all that tools have found for the turn.
    """
    named = {one.key for text in texts for one in references(text)}
    on_github = {key for key in named if "#" in key and "://" not in key and not key.startswith("<")}
    read = await _read(desk, turn, uses) if on_github else {}
    found = {key: url for key in on_github if (url := _only([read[one] for one in read if _is_meant(key, one)]))}
    for key in named:
        if key.startswith(TICKET) and (where := await _of_ticket(desk, int(key.removeprefix(TICKET)))):
            found[key] = where
    return found


def _is_meant(key: str, full: str) -> bool:
    """Whether this is what a key names, which may be a number alone."""
    return key == full or (key.startswith("#") and full.endswith(key))


def _only(found: Sequence[str]) -> str:
    return found[0] if len(found) == 1 else ""


async def _of_ticket(desk: Desk, number: int) -> str | None:
    ticket = await tickets.by_number(desk.tx, desk.workspace_id, number)
    return ticket.permalink if ticket and await desk.sees(ticket) else None


async def _read(desk: Desk, turn: Turn, uses: Sequence[ToolCall]) -> dict[str, str]:
    """What was read of on GitHub, in repositories that everybody may know of who reads the answer."""
    names = {row.full_name.casefold() for row in await visible(desk)}
    texts = [*(use.result for use in uses), *await _of_thread(desk, turn)]
    return {key: url for key, url in addresses(texts).items() if key.partition("#")[0] in names}


async def _of_thread(desk: Desk, turn: Turn) -> list[str]:
    """The addresses of what the thread is about, which every specialist is shown."""
    link = await thread_links.of_thread(desk.tx, desk.workspace_id, turn.channel_id, turn.thread_ts or "")
    if link is None:
        return []
    issue = await issues.of_ticket(desk.tx, link.ticket_id) if link.ticket_id else None
    pull = await pulls.get(desk.tx, link.pull_id) if link.pull_id else None
    return [one.url for one in (issue, pull) if one]
