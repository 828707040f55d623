"""An issue opened on GitHub becomes a triaged, assigned ticket with a card; what happens to the issue happens to it.

Deliveries come in any order: GitHub's `updated_at` says which news is newer, and the mirror what changed.
"""

from collections.abc import Sequence

from agent.desk import Desk
from agent.github.activity import commented
from agent.github.repositories import seen
from agent.language import of_ticket
from agent.narration import threads
from agent.narration.happening import own_words
from agent.notices import notify
from agent.people.logins import CODE, confirm
from agent.reports.report import ask_for_triage, fingerprint
from agent.status_words import words
from agent.tickets.reporter import called_first
from agent.tickets.took import took
from agent.tickets.transition import change_status
from agent.turns.moving import move, reopened
from bot.events import CommentEvent, IssueEvent, Place
from bot.messages import escape
from prompts.words import Phrase, fixed, phrase, say, speaking
from storage import issues, people, queue, thread_links, tickets
from storage.issues import Issue
from storage.repositories import Repository
from storage.tickets import OPEN, Ticket

COMMENT = "github.comment"
OWN = "opened by Chargehand for somebody"
GONE = {
    "deleted": fixed("deleted on GitHub"),
    "transferred": fixed("transferred on GitHub"),
}  # actions that end an issue here
MOVES = {"opened", "closed", "reopened", *GONE}  # actions that change an issue's state
NOT_DONE = {"not_planned": fixed("not planned"), "duplicate": fixed("duplicate")}  # state reasons that resolve nothing
LONGEST_TITLE = 256
MOST_LABELS = 10


async def hear_issue(desk: Desk, event: IssueEvent) -> str:
    """Take in what happened to an issue; returns why nothing followed, or nothing."""
    repository = await seen(desk, event.repository)
    known = await issues.by_number(desk.tx, repository.id, event.issue.number)
    is_stale = known is not None and _is_stale(event, known)
    before = known.state if known else None
    if known is None:
        known = _new(desk, repository, event)
    elif not is_stale:
        _take(known, event)
    if known.ticket_id is None:
        reason = await _track(desk, repository, known, event)
        await _move_threads(desk, known, event, before=before)
        return reason
    if is_stale:
        return "older than what is known"
    await _follow(desk, await tickets.get(desk.tx, known.ticket_id), known, event, before=before)
    return ""


async def hear_comment(desk: Desk, event: CommentEvent, *, is_told: bool = True) -> str:
    """A comment is kept on GitHub alone, and told in the thread; its delivery may show a newer issue than we know.

    Args:
        is_told: it is news for the thread; a command is none, what it does is told there.
    """
    repository = await seen(desk, event.repository)
    if event.action == "created" and event.sender and (code := CODE.search(own_words(event.body))):
        await confirm(desk, event.sender, code.group())
    await commented(desk, repository, event)
    is_news = is_told and await threads.hear_comment(desk, repository, event)
    nothing = "" if is_news else "nothing to bring up to date"
    known = await issues.by_number(desk.tx, repository.id, event.issue.number)
    told = event.issue.updated_at
    if known is None or event.is_on_pull or not told or (known.updated_at and told <= known.updated_at):
        return nothing
    news = IssueEvent(action="commented", repository=event.repository, issue=event.issue, sender=None)
    before = known.state
    _take(known, news)
    if known.ticket_id is not None:
        await _follow(desk, await tickets.get(desk.tx, known.ticket_id), known, news, before=before)
    return ""


def kept_title(title: str) -> str:
    """A title as the mirror has it."""
    return " ".join(title.split())[:LONGEST_TITLE]


def _is_stale(event: IssueEvent, known: Issue) -> bool:
    told = event.issue.updated_at
    if not told or not known.updated_at:
        return False
    return told < known.updated_at or (told == known.updated_at and event.action == "opened")


def _new(desk: Desk, repository: Repository, event: IssueEvent) -> Issue:
    known = Issue(
        workspace_id=desk.workspace_id,
        repository_id=repository.id,
        number=event.issue.number,
        github_id=event.issue.github_id,
        title="",
        body="",
        state="open",
        author=event.issue.author,
        url=event.issue.url,
    )
    _take(known, event)
    return known


def _take(known: Issue, event: IssueEvent) -> None:
    issue = event.issue
    is_same_second = known.updated_at is not None and known.updated_at == issue.updated_at
    known.url = issue.url
    known.title, known.body = kept_title(issue.title), issue.body
    if event.action in MOVES or not is_same_second:  # GitHub's times have no more than seconds
        known.state = "closed" if event.action in GONE else issue.state
    known.updated_at = issue.updated_at


async def _track(desk: Desk, repository: Repository, known: Issue, event: IssueEvent) -> str:
    channel_id = repository.channel_id or desk.settings.github_channel
    is_own = await threads.is_opened_for_somebody(desk, event.issue.body, event.issue.number)
    reason = OWN if is_own else _why_not(repository.tickets, event, channel_id)
    ticket = None if reason else await _open(desk, known, channel_id, labels=event.issue.labels)
    known.ticket_id = ticket.id if ticket else None
    desk.tx.add(known)  # only now, with its ticket: one row written once
    if ticket and known.state != "open":  # the news of its end came first
        await _close(desk, ticket, event)
    if ticket and desk.settings.github_comment and desk.settings.acts_on_github:
        await _ask_for_comment(desk, ticket)
    return reason


def _why_not(policy: str, event: IssueEvent, channel_id: str) -> str:
    if not _wants_ticket(policy, event):
        return f"not tracked (tickets: {policy})"
    return "" if channel_id else "no channel for it: CHARGEHAND_GITHUB_CHANNEL is not set"


def _wants_ticket(policy: str, event: IssueEvent) -> bool:
    """All: each new issue. label:NAME: once it has the label. History becomes no tickets."""
    kind, _, label = policy.partition(":")
    if kind == "label":
        return event.action in {"opened", "labeled"} and label in event.issue.labels
    return kind == "all" and event.action == "opened"


async def _open(desk: Desk, known: Issue, channel_id: str, *, labels: Sequence[str]) -> Ticket:
    title = known.title or f"Issue #{known.number}"
    reporter = await people.by_github_login(desk.tx, desk.workspace_id, known.author) if known.author else None
    ticket = Ticket(
        workspace_id=desk.workspace_id,
        number=await tickets.next_number(desk.tx, desk.workspace_id),
        title=title,
        description=_description(known),
        fingerprint=fingerprint(escape(title), Place(channel_id=channel_id)),
        reporter_id=reporter.id if reporter else None,
        source="github",
        tags=list(labels[:MOST_LABELS]),
        channel_id=channel_id,
        permalink=known.url or None,
        created_at=desk.now,
    )
    desk.tx.add(ticket)
    await desk.tx.flush()
    after = {"number": ticket.number, "title": ticket.title, "issue": known.url}
    desk.audit("report", "ticket", ticket.id, before={}, after=after)
    await ask_for_triage(desk, ticket)
    return ticket


def _description(known: Issue) -> str:
    """The issue's words as Slack writes plain text, which is how descriptions are kept."""
    return escape(f"{known.title}\n\n{known.body}".strip())


async def _follow(desk: Desk, ticket: Ticket, known: Issue, event: IssueEvent, *, before: str | None) -> None:
    if ticket.description != _description(known):
        was = {"title": ticket.title, "description": ticket.description}
        ticket.title, ticket.description = known.title or ticket.title, _description(known)
        ticket.version += 1
        after = {"title": ticket.title, "description": ticket.description}
        desk.audit("edit", "ticket", ticket.id, before=was, after=after)
        await notify.show_card(desk, ticket, change=phrase("edited on GitHub{by}", by=_by(event)))
    if before == "open" and known.state != "open":
        await _close(desk, ticket, event)
    elif before not in {"open", None} and known.state == "open" and ticket.status not in OPEN:
        said = phrase("reopened on GitHub{by}", by=_by(event))
        told = phrase("*{ticket}* was {change}.", ticket=ticket.name, change=said)
        await change_status(desk, ticket, "open", reason=None, said=said, told=told)


async def _close(desk: Desk, ticket: Ticket, event: IssueEvent) -> None:
    if ticket.status not in OPEN:
        return
    why = GONE.get(event.action) or NOT_DONE.get(event.issue.state_reason or "")
    status = "closed" if why else "resolved"
    said = phrase("closed on GitHub{by}", by=_by(event))
    doer = await people.by_github_login(desk.tx, desk.workspace_id, event.sender) if event.sender else None
    whom = "" if why else await called_first(desk, ticket, doer_id=doer.id if doer else None)
    with speaking(await of_ticket(desk, ticket)):
        slots = {"ticket": ticket.name, "status": words(status), "time": await took(desk, ticket), "change": said}
        because = f" ({say(why)})" if why else ""
        told = whom + say("*{ticket} {status}* after {time}: {change}", **slots) + because
        reason = say(why) if why else str(said)
    await change_status(desk, ticket, status, reason=reason, said=said, told=told)


async def _move_threads(desk: Desk, known: Issue, event: IssueEvent, *, before: str | None) -> None:
    """What ends or comes back moves the threads that it was opened for; with a ticket that does it."""
    if known.ticket_id is not None or before in {None, known.state}:
        return
    links = [link for link in await thread_links.of_issues(desk.tx, [known.id]) if link.ticket_id is None]
    if known.state == "open":
        await reopened(desk, links)
        return
    is_done = event.action not in GONE and event.issue.state_reason not in NOT_DONE
    await move(desk, links, "resolved" if is_done else "not planned")


def _by(event: IssueEvent) -> Phrase | str:
    return phrase(" by {who}", who=escape(event.sender)) if event.sender else ""


async def _ask_for_comment(desk: Desk, ticket: Ticket) -> None:
    name = f"{COMMENT}:{ticket.id}"
    await desk.put(COMMENT, {"ticket_id": ticket.id}, key=name, dedupe_key=name, priority=queue.DERIVED)
