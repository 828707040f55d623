"""What Chargehand did on GitHub is known here without its own event: tickets follow, and nothing is doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.desk import Desk
from agent.github.issues import hear_issue
from agent.github.mirror import keep, keep_opened
from agent.github.repositories import as_told
from agent.github.which import HERE, repository_for
from agent.github.writing import Written
from agent.memory.about import about_thread
from agent.memory.snapshot import snapshot
from bot.events import GitHubIssue, GitHubPull, IssueEvent
from storage import issues, pulls, thread_links
from storage.pulls import Pull
from storage.repositories import Repository
from tests.agent.conftest import NOW, MakeTicket

BRANCHES = {"is_draft": False, "head_ref": "x", "head_sha": "abc", "base_ref": "main"}
URL = "https://github.com/acme/shop/issues/7"


@pytest.fixture
async def row(desk: Desk) -> Repository:
    made = Repository(workspace_id="T1", github_id=9, host="github.com", full_name="acme/shop", created_at=NOW)
    desk.tx.add(made)
    await desk.tx.flush()
    return made


def issue(*, state: str = "open", reason: str | None = None, number: int = 7) -> GitHubIssue:
    return GitHubIssue(
        github_id=70 + number,
        number=number,
        title="Redis\nis down",
        body="since noon",
        state=state,
        state_reason=reason,
        labels=(),
        author="chargehand[bot]",
        url=URL,
        created_at=NOW,
        updated_at=NOW + timedelta(seconds=5 if state == "closed" else 0),
    )


def written(seen: GitHubIssue | GitHubPull | None, **after: str | tuple[str, ...]) -> Written:
    return Written(external_id="7", url=URL, before={}, after=after, seen=seen)


async def test_an_issue_that_was_opened_for_a_ticket_is_tracked_by_it(
    desk: Desk, row: Repository, make_ticket: MakeTicket
) -> None:
    ticket = await make_ticket()
    known = await keep_opened(desk, row, issue(), ticket)
    assert (known.title, known.state, known.ticket_id) == ("Redis is down", "open", ticket.id)
    assert await keep_opened(desk, row, issue(), ticket) is known
    second = await keep_opened(desk, row, issue(number=8), ticket)
    assert second.ticket_id is None  # a ticket tracks one issue


@pytest.mark.parametrize(("reason", "end"), [("completed", "done"), ("not_planned", "abandoned")])
async def test_a_thread_without_a_ticket_is_about_the_issue_and_its_end(
    desk: Desk, row: Repository, reason: str, end: str
) -> None:
    await thread_links.begin(desk.tx, "T1", "C1", "10.1")
    known = await keep_opened(desk, row, issue())
    link = await thread_links.of_thread(desk.tx, "T1", "C1", "10.1")
    assert link
    assert (link.issue_id, link.ticket_id, link.phase) == (known.id, None, "open")
    on_github = replace(desk, settings=desk.settings.model_copy(update={"github_token": "x"}))
    which = await repository_for(on_github, HERE, ticket_id=None)
    assert (which.row.id, which.issue) == (row.id, 7)
    [shown] = await snapshot(desk, await about_thread(desk, "C1", "10.1"))
    assert shown.name == "issue acme/shop#7"
    await keep(desk, row, written(issue(state="closed", reason=reason)), action="closed", login="bob")
    assert link.phase == end
    back = replace(issue(), updated_at=NOW + timedelta(seconds=9))
    await hear_issue(desk, IssueEvent(action="reopened", repository=as_told(row), issue=back, sender="bob"))
    assert link.phase == "open"
    assert known.ticket_id is None
    desk.tx.add(Pull(workspace_id="T1", repository_id=row.id, number=8, title="x", state="open", url="", **BRANCHES))
    await desk.tx.flush()
    await thread_links.about_pull(desk.tx, link, 1)
    shut = replace(issue(state="closed", reason=reason), updated_at=NOW + timedelta(seconds=20))
    await keep(desk, row, written(shut), action="closed", login="bob")
    assert link.phase == end
    again = replace(back, updated_at=NOW + timedelta(seconds=99))
    await hear_issue(desk, IssueEvent(action="reopened", repository=as_told(row), issue=again, sender="bob"))
    assert link.phase == "in-progress", "its pull request is open"


@pytest.mark.parametrize(("reason", "status"), [("completed", "resolved"), ("not_planned", "closed")])
async def test_a_ticket_follows_its_issue(
    desk: Desk, row: Repository, make_ticket: MakeTicket, reason: str, status: str
) -> None:
    ticket = await make_ticket(description="Redis\nis down\n\nsince noon")
    await keep_opened(desk, row, issue(), ticket)
    await keep(desk, row, written(issue(state="closed", reason=reason)), action="closed", login="bob")
    assert ticket.status == status
    known = await issues.by_number(desk.tx, row.id, 7)
    assert known
    assert known.state == "closed"


async def test_a_pull_request_is_brought_up_to_date(desk: Desk, row: Repository) -> None:
    pull = GitHubPull(
        github_id=5,
        number=3,
        title="Fix",
        state="closed",
        is_draft=False,
        author="bob",
        url=URL,
        head_ref="fix",
        head_sha="a" * 40,
        base_ref="main",
        updated_at=NOW,
    )
    await keep(desk, row, written(pull, state="closed"), action="closed", login="bob")
    known = await pulls.by_number(desk.tx, row.id, 3)
    assert known
    assert known.state == "closed"


async def test_a_comment_changes_nothing_here(desk: Desk, row: Repository) -> None:
    await keep(desk, row, written(None), action="closed", login="bob")
    assert await issues.count(desk.tx, row.id) == 0
