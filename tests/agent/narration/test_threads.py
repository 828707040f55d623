"""News of a repository of a private channel stays there; an App's are told to whoever gave it work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.desk import Desk
from agent.narration import threads
from bot.events import CommentEvent, GitHubIssue, GitHubRepository
from storage import issues, thread_links
from storage.channels import Channel
from storage.issues import Issue
from storage.pulls import Pull
from storage.queue import Job
from storage.receipts import CONFIRMED, Receipt
from storage.repositories import Repository
from tests.agent.conftest import NOW, MakeTicket

HOME = "C9"


def comment(*, sender: str = "carol", is_on_pull: bool = False, body: str = "since noon") -> CommentEvent:
    issue = GitHubIssue(
        github_id=1, number=7, title="Carts", body="", state="open", state_reason=None, labels=(), author="dave",
        url="https://x/7", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    where = GitHubRepository(github_id=1, full_name="acme/shop", host="github.com")
    about = {"repository": where, "issue": issue, "is_on_pull": is_on_pull, "comment_id": 1}
    return CommentEvent(action="created", body=body, sender=sender, url="https://x/7#1", **about)


@pytest.fixture
async def row(desk: Desk, make_ticket: MakeTicket) -> Repository:
    """A repository with a home of its own, whose issue 7 is a ticket's of another channel."""
    row = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=NOW)
    row.channel_id = HOME
    desk.tx.add(row)
    ticket = await make_ticket()
    await desk.tx.flush()
    about = {"workspace_id": "T1", "repository_id": row.id, "number": 7, "title": "Carts", "state": "open", "url": "x"}
    desk.tx.add(Issue(body="", ticket_id=ticket.id, **about))
    desk.tx.add(Pull(is_draft=False, head_ref="x", head_sha="abc", base_ref="main", **about | {"number": 8}))
    await desk.tx.flush()
    return row


def at_work(desk: Desk) -> Desk:
    """The same desk, in the job of a delivery."""
    job = Job(workspace_id="T1", kind="github.issue_comment", key="k", dedupe_key="d", created_at=NOW)
    job.delivery_id = 5
    return replace(desk, job=job)


@pytest.mark.parametrize(("is_private", "is_told"), [(True, False), (False, True), (None, False)])
async def test_a_private_home_keeps_its_news(
    desk: Desk, row: Repository, is_private: bool | None, is_told: bool
) -> None:
    if is_private is not None:
        desk.tx.add(Channel(workspace_id="T1", channel_id=HOME, is_private=is_private, seen_at=NOW))
        await desk.tx.flush()
    assert await threads.hear_comment(at_work(desk), row, comment()) is is_told


async def test_a_thread_without_a_ticket_is_told_of_its_pull_request(desk: Desk, row: Repository) -> None:
    await thread_links.begin(desk.tx, "T1", HOME, "20.1")
    link = await thread_links.of_thread(desk.tx, "T1", HOME, "20.1")
    assert link
    await thread_links.about_pull(desk.tx, link, 1)
    about = replace(comment(is_on_pull=True), issue=replace(comment().issue, number=8))
    assert await threads.hear_comment(at_work(desk), row, about)
    assert not await threads.hear_comment(replace(at_work(desk), is_silent=True), row, about)
    assert not await threads.hear_comment(desk, row, about), "it is our own doing, and no event"


async def test_a_thread_is_told_of_the_issue_that_was_opened_for_it(desk: Desk, row: Repository) -> None:
    """Though its author is our App: somebody there asked for it."""
    await thread_links.begin(desk.tx, "T1", HOME, "20.1")
    link = await thread_links.of_thread(desk.tx, "T1", HOME, "20.1")
    known = await issues.by_number(desk.tx, row.id, 7)
    assert link
    assert known
    await thread_links.about_issue(desk.tx, link, known.id)
    known.ticket_id = None
    by_us = comment()
    by_us = replace(by_us, issue=replace(by_us.issue, author="chargehand[bot]"))
    assert not await threads.hear_comment(at_work(desk), row, by_us)
    known.body = "no carts\n\n<!-- chargehand:turn:1:1:c1 -->"
    made = Receipt(workspace_id="T1", key="turn:1:1:c1", kind=threads.OPENED, channel_id="", at=NOW)
    made.external_id, made.correlation_id = "7", "c"
    desk.tx.add(made)
    await desk.tx.flush()
    assert await threads.hear_comment(at_work(desk), row, by_us)


async def test_an_app_that_was_given_work_is_heard(desk: Desk, row: Repository) -> None:
    row.channel_id = "C1"
    by_app = comment(sender="claude[bot]")
    assert not await threads.hear_comment(at_work(desk), row, by_app)
    given = Receipt(workspace_id="T1", key="k", kind="github.comment", channel_id="", at=NOW - timedelta(days=1))
    given.tool, given.object_id, given.state, given.correlation_id = "delegate", "acme/shop#7", CONFIRMED, "c"
    desk.tx.add(given)
    await desk.tx.flush()
    assert await threads.hear_comment(at_work(desk), row, by_app)


async def test_our_own_words_are_no_news_and_nobody_elses_pass_for_them(desk: Desk, row: Repository) -> None:
    row.channel_id = "C1"
    made = Receipt(workspace_id="T1", key="tracked:T1:1:7", kind="github.comment", channel_id="", at=NOW)
    made.external_id, made.correlation_id = "1", "c"
    desk.tx.add(made)
    await desk.tx.flush()
    own = comment(body="done\n\n<!-- chargehand:tracked:T1:1:7 -->")
    assert not await threads.hear_comment(at_work(desk), row, own)
    assert await threads.hear_comment(at_work(desk), row, replace(own, comment_id=2))
    assert await threads.hear_comment(at_work(desk), row, comment(body="<!-- chargehand:made:up -->"))
