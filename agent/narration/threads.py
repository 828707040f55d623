"""Which threads are told of what happened on GitHub, and the job that tells each; what nobody waits for stays away."""

from collections.abc import Sequence

from agent.channels.muted import is_muted
from agent.desk import Desk
from agent.github.delegation import OPEN_FOR
from agent.github.delegation import TOOL as DELEGATION
from agent.github.which import may_know
from agent.narration.happening import FAILED, Happening, is_app, of_comment, of_review
from bot.events import CommentEvent, PullEvent
from bot.github.marker import key_in
from storage import issues, mutes, pulls, queue, receipts, thread_links, tickets, watches
from storage.pulls import Pull
from storage.repositories import Repository
from storage.thread_links import ThreadLink

JOB = "narrate"
OPENED = "github.create_issue"  # the kind of the receipt of an issue that the agent opened


async def hear_comment(desk: Desk, row: Repository, event: CommentEvent) -> bool:
    """Somebody commented on an issue or a pull request; whether anybody is told."""
    happened = of_comment(event)
    if happened is None or await is_own(desk, event):
        return False
    pull = await pulls.by_number(desk.tx, row.id, event.issue.number) if event.is_on_pull else None
    if pull:
        return await _of_pull(desk, row, pull, happened)
    issue = await issues.by_number(desk.tx, row.id, event.issue.number)
    if issue is None:
        return False
    if issue.ticket_id is not None:
        about = [f"ticket:{issue.ticket_id}"] if await _may_hear(desk, row, issue.ticket_id) else []
    else:
        about = await _scopes(desk, row, await thread_links.of_issues(desk.tx, [issue.id]))
    is_ours = await is_opened_for_somebody(desk, issue.body, issue.number)  # who waits for news of it
    return await _tell(desk, about, happened, author=None if is_ours else event.issue.author)


async def is_own(desk: Desk, event: CommentEvent) -> bool:
    """Whether the bot wrote it for somebody. Anybody can copy the key in it, so its receipt has to say the same."""
    key = key_in(event.body)
    made = await receipts.by_key(desk.tx, key) if key else None
    return made is not None and made.external_id in {None, str(event.comment_id)}


async def is_opened_for_somebody(desk: Desk, body: str, number: int) -> bool:
    """Whether the agent opened this issue: that is known by the effect's key in it."""
    key = key_in(body)
    made = await receipts.by_key(desk.tx, key) if key else None
    return made is not None and made.kind == OPENED and made.external_id in {None, str(number)}


async def hear_review(desk: Desk, row: Repository, pull: Pull, event: PullEvent) -> bool:
    """Somebody reviewed a pull request."""
    happened = of_review(event)
    return happened is not None and await _of_pull(desk, row, pull, happened)


async def hear_check(desk: Desk, row: Repository, pull: Pull, name: str, *, before: dict[str, str]) -> bool:
    """The first check of a commit that fails is told, the ones that follow it are not: the answer names them."""
    if pull.state != "open" or pull.checks.get(name) not in FAILED or FAILED & set(before.values()):
        return False
    about = f"{row.full_name}#{pull.number}"
    return await _of_pull(desk, row, pull, Happening(kind="checks", about=about, url=pull.url, name=name))


async def _of_pull(desk: Desk, row: Repository, pull: Pull, happened: Happening) -> bool:
    links = await thread_links.of_pull(desk.tx, pull.id)
    return await _tell(desk, await _scopes(desk, row, links), happened, author=pull.author, pull_id=pull.id)


async def _scopes(desk: Desk, row: Repository, links: Sequence[ThreadLink]) -> list[str]:
    """A ticket is told once, in its own thread; a thread without a ticket by itself."""
    found: list[str] = []
    for link in links:
        scope = f"thread:{link.id}" if link.ticket_id is None else f"ticket:{link.ticket_id}"
        if await may_hear(desk, row, scope):
            found.append(scope)
    return list(dict.fromkeys(found))


async def may_hear(desk: Desk, row: Repository, scope: str) -> bool:
    """Whether what a scope names may read of this repository now, and wants to."""
    kind, _, row_id = scope.partition(":")
    if kind == "ticket":
        return await _may_hear(desk, row, int(row_id))
    link = await thread_links.get(desk.tx, int(row_id))
    is_known = await may_know(desk, row, link.channel_id)
    return is_known and not await is_muted(desk.tx, link.channel_id, link.thread_ts)


async def _may_hear(desk: Desk, row: Repository, ticket_id: int) -> bool:
    """Whether its thread may read of this repository, and wants to."""
    ticket = await tickets.get(desk.tx, ticket_id)
    muted = await mutes.of_ticket(desk.tx, ticket_id, now=desk.now)
    if any(one.person_id is None for one in muted):
        return False
    for link in await thread_links.of_tickets(desk.tx, [ticket_id]):
        if await is_muted(desk.tx, link.channel_id, link.thread_ts):
            return False
    return await may_know(desk, row, ticket.channel_id)


async def _tell(
    desk: Desk, scopes: Sequence[str], happened: Happening, *, author: str | None, pull_id: int | None = None
) -> bool:
    """One job for each thread and event; old news is told to nobody."""
    delivery_id = desk.job.delivery_id if desk.job else None
    if desk.is_silent or delivery_id is None:
        return False
    wanted = [scope for scope in scopes if await _is_waited_for(desk, scope, happened, author=author)]
    for scope in wanted:
        args = {"scope": scope, "kind": happened.kind, "delivery_id": delivery_id, "pull_id": pull_id}
        key = f"{JOB}:{scope}"
        await desk.put(JOB, args, key=key, dedupe_key=f"{key}:{delivery_id}", priority=queue.DERIVED)
    return bool(wanted)


async def _is_waited_for(desk: Desk, scope: str, happened: Happening, *, author: str | None) -> bool:
    """Of Apps and of their pull requests only who watches the ticket hears, or who gave an App work."""
    if not is_app(author) and not is_app(happened.who):
        return True
    kind, _, row_id = scope.partition(":")
    if kind == "ticket" and await watches.watchers(desk.tx, int(row_id)):
        return True
    since = desk.now - OPEN_FOR
    given = await receipts.done_with(desk.tx, DELEGATION, since=since)
    return any(one.object_id == happened.about for one in given)
