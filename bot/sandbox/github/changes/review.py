"""Reviews of pulls are asked for and given."""

from collections.abc import Iterable
from typing import Literal

from bot.sandbox.github.changes import issue
from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Issue, Payload, Repository, stamp
from bot.sandbox.github.shapes.account import account, node_id
from bot.sandbox.github.shapes.pull import pull

Verdict = Literal["approved", "changes_requested", "commented"]


def ask(herald: Herald, where: Repository, one: Issue, logins: Iterable[str], *, by: Account) -> None:
    """Ask people; an event for each, as on GitHub. Its author cannot be asked."""
    assert one.branches
    for login in logins:
        who = herald.world.account(login)
        if who is one.author or who in one.branches.reviewers:
            continue
        one.branches.reviewers.append(who)
        one.updated_at = herald.world.now()
        asked = account(herald.world.url, who)
        issue.tell(herald, where, one, "review_requested", by=by, requested_reviewer=asked)


def give(herald: Herald, where: Repository, one: Issue, verdict: Verdict, *, by: Account, body: str) -> None:
    """Say what one thinks of the newest commit; nobody waits for them any more."""
    assert one.branches
    one.branches.reviewers = [who for who in one.branches.reviewers if who is not by]
    one.updated_at = herald.world.now()
    url, review_id = herald.world.url, herald.world.next_id()
    review: Payload = {
        "id": review_id,
        "node_id": node_id("PullRequestReview", review_id),
        "user": account(url, by),
        "body": body,
        "commit_id": one.branches.head_sha,
        "submitted_at": stamp(one.updated_at),
        "state": verdict,
        "html_url": f"{url}/{where.full_name}/pull/{one.number}#pullrequestreview-{review_id}",
        "author_association": "MEMBER",
    }
    told = {"action": "submitted", "review": review, "pull_request": pull(url, where, one)}
    herald.tell(where, "pull_request_review", told, by=by, subject=str(one.number))


def make_ready(herald: Herald, where: Repository, one: Issue, *, by: Account) -> None:
    """A draft becomes a pull that can be reviewed."""
    assert one.branches
    one.branches.is_draft, one.updated_at = False, herald.world.now()
    issue.tell(herald, where, one, "ready_for_review", by=by)
