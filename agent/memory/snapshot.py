"""What a thread is about, as it stands: its ticket, issue, pull request, checks and previews, each with its time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent.desk import Desk
from agent.memory.about import About
from agent.memory.budget import estimated, head_and_tail
from bot.events import GitHubIssue
from bot.github.fresh import ChecksNow, PreviewsNow, PullNow, Seen
from bot.messages import plain
from bot.redact import redact
from prompts.blocks import Trust, as_data_block
from storage import people, review_requests, tickets
from storage.issues import Issue
from storage.pulls import Pull
from storage.tickets import Ticket

BODY_TOKENS = 1_000
MOST_CHECKS = 20  # that are named
FAILING = {"failure", "timed_out", "cancelled", "action_required", "startup_failure", "stale"}
PASSING = {"success", "neutral", "skipped"}
CiState = Literal["failing", "pending", "unknown", "passing"]


@dataclass(frozen=True, kw_only=True)
class Object:
    """One object: what it is, its fields and words, and when they were so; without `text` it is not there."""

    name: str
    text: str = ""
    author: str = ""
    trust: Trust = "member"
    as_of: datetime | None = None


def ci_state(checks: Mapping[str, str]) -> CiState:
    """Of the checks of a commit, name -> conclusion or status: any failure is one, any that runs is waited for."""
    said = set(checks.values())
    if said & FAILING:
        return "failing"
    if said - PASSING:
        return "pending"
    return "passing" if said else "unknown"


async def snapshot(
    desk: Desk,
    about: About,
    *,
    issue_now: Seen | None = None,
    pull_now: Seen | None = None,
    checks_now: Seen | None = None,
    previews_now: Seen | None = None,
) -> list[Object]:
    """What a thread is about, the ticket first.

    Args:
        issue_now, pull_now, checks_now: what `bot.github.fresh` found, where it was asked; else they are as events
            told them.
        previews_now: likewise; no event tells of previews.
    """
    found: list[Object] = []
    if about.ticket:
        found.append(await _ticket(desk, about.ticket))
    if about.issue:
        issue, repository = about.issue
        found.append(_issue(issue, repository.full_name, issue_now))
    if about.pull:
        pull, repository = about.pull
        found += [await _pull(desk, pull, repository.full_name, pull_now), _ci(pull, repository.full_name, checks_now)]
        found += [*_previews(f"{repository.full_name}#{pull.number}", previews_now)]
    return found


def phase_line(phase: str) -> str:
    """The phase of a thread's work, in one line that code wrote; empty where none is known."""
    return f"Phase of the work in this thread: {phase}." if phase else ""


def numbers_of(objects: Sequence[Object], *, besides: str) -> tuple[str, ...]:
    """What a thread is about as kinds and numbers alone, but for its ticket."""
    left_out = ("checks of", "previews of", f"ticket {besides}")
    return tuple(one.name for one in objects if not one.name.startswith(left_out))


def as_blocks(objects: list[Object], fence: str) -> tuple[str, ...]:
    """Each as a data block; one that is not there as a line."""
    return tuple(_block(one, fence) for one in objects)


def _block(one: Object, fence: str) -> str:
    as_of = f"as of {one.as_of:%Y-%m-%d %H:%M:%S} UTC" if one.as_of else "as of no known time"
    if not one.text:
        return f"{one.name}: not reachable, {as_of}."
    source = f"{one.name}, {as_of}"
    return as_data_block(redact(one.text), source=source, author=one.author, trust=one.trust, fence=fence)


async def _ticket(desk: Desk, ticket: Ticket) -> Object:
    names = ", ".join(f"@{person.name}" for person in await tickets.assignees(desk.tx, ticket.id))
    team = (await people.get_team(desk.tx, ticket.team_id)).name if ticket.team_id else ""
    reporter = (await people.get(desk.tx, ticket.reporter_id)).name if ticket.reporter_id else ""
    known = await people.names(desk.tx, desk.workspace_id) if "<@" in ticket.description else {}
    fields = {
        "title": ticket.title,
        "status": ticket.status.replace("_", " "),
        "priority": ticket.priority,
        "team": team,
        "assignees": names or "nobody",
        "component": ticket.component,
        "waits for": ticket.waiting_for,
        "ended because": ticket.resolution,
    }
    return Object(
        name=f"ticket {ticket.name}",
        text=_text(fields, plain(ticket.description, known)),
        author=f"@{reporter}" if reporter else "",
        trust="outside" if ticket.source == "github" else "member",
        as_of=desk.now,
    )


def _unless_older(seen: Seen | None, told_at: datetime | None) -> Seen | None:
    """What was looked at, unless an event has told of something newer since."""
    return None if seen and seen.as_of and told_at and told_at > seen.as_of else seen


def _issue(issue: Issue, repository: str, seen: Seen | None) -> Object:
    seen = _unless_older(seen, issue.updated_at)
    name = f"issue {repository}#{issue.number}"
    if seen is not None and not isinstance(seen.found, GitHubIssue):
        return Object(name=name, as_of=issue.updated_at)
    now = seen.found if seen and isinstance(seen.found, GitHubIssue) else None
    fields = {
        "title": now.title if now else issue.title,
        "state": now.state if now else issue.state,
        "labels": ", ".join(now.labels) if now else "",
    }
    return Object(
        name=name,
        text=_text(fields, now.body if now else issue.body),
        author=issue.author or "",
        trust="outside",
        as_of=seen.as_of if seen else issue.updated_at,
    )


async def _pull(desk: Desk, pull: Pull, repository: str, seen: Seen | None) -> Object:
    seen = _unless_older(seen, pull.updated_at)
    name = f"pull request {repository}#{pull.number}"
    if seen is not None and not isinstance(seen.found, PullNow):
        return Object(name=name, as_of=pull.updated_at)
    now = seen.found if seen and isinstance(seen.found, PullNow) else None
    asked = [row for row in await review_requests.of_pull(desk.tx, pull.id) if row.asked_at]
    verdicts = [row for row in await review_requests.of_pull(desk.tx, pull.id) if row.verdict]
    fields = {
        "title": now.pull.title if now else pull.title,
        "state": (now.pull.state if now else pull.state) + (" (draft)" if pull.is_draft else ""),
        "branch": f"{pull.head_ref} into {pull.base_ref}",
        "size": f"{now.added} lines added, {now.removed} removed, {now.files} files" if now else "",
        "reviewers asked": ", ".join(now.reviewers if now else [row.login for row in asked]),
        "reviews": ", ".join(f"{row.login}: {row.verdict.replace('_', ' ')}" for row in verdicts),
        "mergeable": {True: "yes", False: "no", None: ""}[now.is_mergeable if now else None],
    }
    as_of = seen.as_of if seen else pull.updated_at
    return Object(name=name, text=_text(fields, ""), author=pull.author or "", trust="outside", as_of=as_of)


def _ci(pull: Pull, repository: str, seen: Seen | None) -> Object:
    name = f"checks of {repository}#{pull.number}"
    # Many an App may not read checks and is told of them all the same: what events told is better than nothing.
    if seen is not None and not isinstance(seen.found, ChecksNow):
        if not pull.checks:
            return Object(name=name, as_of=pull.updated_at)
        seen = None
    checks = seen.found.found if seen and isinstance(seen.found, ChecksNow) else pull.checks
    failed = sorted(name for name, said in checks.items() if said in FAILING)[:MOST_CHECKS]
    fields = {"state": ci_state(checks), "commit": pull.head_sha, "failed": ", ".join(failed)}
    as_of = seen.as_of if seen else pull.updated_at
    return Object(name=name, text=_text(fields, ""), trust="machine", as_of=as_of)


def _previews(of: str, seen: Seen | None) -> Iterator[Object]:
    """Where a pull request's newest commit runs, if GitHub was asked and it is deployed anywhere."""
    name = f"previews of {of}"
    if seen is not None and not isinstance(seen.found, PreviewsNow):
        yield Object(name=name, as_of=seen.as_of)
    elif seen is not None and isinstance(seen.found, PreviewsNow) and seen.found.found:
        fields = {one.environment: f"{one.state} {one.url}".strip() for one in seen.found.found}
        yield Object(name=name, text=_text(fields, ""), trust="machine", as_of=seen.as_of)


def _text(fields: Mapping[str, str | None], body: str) -> str:
    return "\n".join(_lines(fields, body))


def _lines(fields: Mapping[str, str | None], body: str) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in fields.items() if value)
    if body.strip():
        yield "text:"
        yield head_and_tail(body.strip(), limit=BODY_TOKENS, count=estimated())
