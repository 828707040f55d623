"""News of a pull request may come in any order: the mirror ends at its newest head."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from agent.desk import Desk
from agent.github.issues import hear_comment
from agent.github.pulls import hear_pull
from agent.tickets import snooze
from agent.tickets.snooze import ACTIVITY
from bot.events import CommentEvent, GitHubIssue, GitHubPull, GitHubRepository, PullEvent
from storage import pulls
from tests.agent.conftest import NOW, MakeTicket

SHOP = GitHubRepository(github_id=9, full_name="acme/shop", host="github.com")
A, B, C = "a" * 40, "b" * 40, "c" * 40
LATER = NOW + timedelta(seconds=1)


def news(
    action: str, head: str, at: datetime, *, before: str | None = None, title: str = "Fix", sender: str = "bob"
) -> PullEvent:
    pull = GitHubPull(
        github_id=5,
        number=3,
        title=title,
        state="open",
        is_draft=False,
        author="bob",
        url="https://github.com/acme/shop/pull/3",
        head_ref="fix",
        head_sha=head,
        base_ref="main",
        updated_at=at,
    )
    return PullEvent(action=action, repository=SHOP, pull=pull, sender=sender, before=before)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_two_pushes_of_one_second_may_come_in_any_order(desk: Desk, order: Sequence[int]) -> None:
    told = (
        news("opened", A, NOW),
        news("synchronize", B, LATER, before=A),
        news("synchronize", C, LATER, before=B),
    )
    for number in order:
        await hear_pull(desk, told[number])
    known = await pulls.by_number(desk.tx, 1, 3)
    assert known
    assert known.head_sha == C


async def test_what_else_happens_within_that_second_is_heard(desk: Desk) -> None:
    await hear_pull(desk, news("opened", A, NOW))
    assert await hear_pull(desk, news("labeled", A, NOW)) == ""


def comment(sender: str) -> CommentEvent:
    about = {
        "github_id": 5,
        "number": 3,
        "title": "Fix",
        "body": "",
        "state": "open",
        "author": "bob",
        "url": "https://x",
    }
    issue = GitHubIssue(**about, state_reason=None, labels=(), created_at=None, updated_at=None)
    told = {"comment_id": 7, "body": "looks good", "url": "https://x#7", "is_on_pull": True}
    return CommentEvent(action="created", repository=SHOP, issue=issue, sender=sender, **told)


@pytest.mark.parametrize(("who", "counts"), [("bob", True), ("renovate[bot]", False), ("", False)])
@pytest.mark.parametrize("what", ["synchronize", "comment"])
async def test_what_a_person_does_with_it_is_done_with_its_ticket(
    desk: Desk, make_ticket: MakeTicket, what: str, who: str, counts: bool
) -> None:
    ticket, over = await make_ticket(priority="high"), await make_ticket(status="closed")
    await hear_pull(desk, news("opened", A, NOW, title="CH-1 CH-2: fix", sender="x[bot]"))
    ticket.snoozed_until, ticket.snooze_kind = NOW + timedelta(days=9), ACTIVITY
    await snooze.follow(desk, ticket, reason="")
    later = replace(desk, now=NOW + timedelta(hours=1), surface="github", actor=None)
    if what == "comment":
        await hear_comment(later, comment(who))
    else:
        await hear_pull(later, news(what, B, later.now, title="CH-1 CH-2: fix", sender=who))
    assert (ticket.touched_at == later.now, ticket.snoozed_until is None) == (counts, counts)
    assert over.touched_at is None
