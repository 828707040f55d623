"""What is written for a person happens once, says for whom, and reports what GitHub left out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from agent.github import writing
from agent.github.reviewers import ask_reviewers
from agent.github.writing import Dropped, IssueDraft, Written
from bot.errors import Permanent, TryLater, UserError
from bot.github.failures import CallFailed
from bot.github.marker import marked
from bot.sandbox.github import Fault, GitHubSandbox
from tests.agent.github.conftest import SHOP, Desk

DRAFT = IssueDraft(title="redis is\ndown", body="ask `@bob`", requester="Ann", labels=("bug",))
Act = Callable[[Desk], Awaitable[Written]]


async def open_issue(work: Desk) -> Written:
    return await writing.open_issue(work.writer, work.intent(), work.shop, DRAFT)


async def comment(work: Desk) -> Written:
    return await writing.write_comment(work.writer, work.intent(), work.shop, 1, "me too", requester="Ann")


async def shut_issue(work: Desk) -> Written:
    return await writing.shut_issue(work.writer, work.intent(), work.shop, 1, reason="not_planned")


async def shut_pull(work: Desk) -> Written:
    return await writing.shut_pull(work.writer, work.intent(), work.shop, 2)


async def ask_carol(work: Desk) -> Written:
    return await ask_reviewers(work.writer, work.intent(), work.shop, 2, ["carol"])


ACTS: dict[str, tuple[Act, str]] = {
    "open an issue": (open_issue, f"POST /repos/{SHOP}/issues"),
    "comment": (comment, f"POST /repos/{SHOP}/issues/1/comments"),
    "close an issue": (shut_issue, f"PATCH /repos/{SHOP}/issues/1"),
    "close a pull request": (shut_pull, f"PATCH /repos/{SHOP}/pulls/2"),
    "ask a reviewer": (ask_carol, f"POST /repos/{SHOP}/pulls/2/requested_reviewers"),
}
every_act = pytest.mark.parametrize(("act", "call"), ACTS.values(), ids=ACTS.keys())


@pytest.fixture
def shop(github: GitHubSandbox) -> GitHubSandbox:
    """Issue 1 and pull request 2."""
    github.open_issue("frank", SHOP, title="redis is slow")
    github.open_pull("bob", SHOP, title="Fix it", head="fix")
    return github


async def test_an_issue_says_who_asked_for_it(work: Desk, shop: GitHubSandbox) -> None:
    written = await open_issue(work)
    issue = shop.issue(SHOP, int(written.external_id))
    assert (issue.title, written.url) == ("redis is down", f"{shop.url}/{SHOP}/issues/3")
    assert issue.body == ("ask `@bob`\n\n_requested by Ann via Chargehand_\n\n<!-- chargehand:turn:1:call:2 -->")
    assert written.after == {"state": "open", "title": "redis is down", "labels": ("bug",), "assignees": ()}
    assert written.dropped == ()


async def test_what_github_left_out_is_told(work: Desk, shop: GitHubSandbox) -> None:
    draft = IssueDraft(title="x", body="", requester="Ann", assignees=("carol", "mallory"))
    written = await writing.open_issue(work.writer, work.intent(), work.shop, draft)
    assert written.after["assignees"] == ("carol",)
    assert written.dropped == (Dropped(kind="assignee", name="mallory"),)
    told = [writing.words_of_dropped(one, work.shop) for one in written.dropped]
    assert told == ["mallory was not assigned: no access to acme/shop."]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (None, None, "me too"),
        (Fault(status=404), "comment", "me too"),
        (Fault(status=502), "look", "me too"),
    ],
    ids=["as it was sent", "it is gone", "it cannot be read"],
)
async def test_a_comment_is_read_again(
    work: Desk, shop: GitHubSandbox, fault: Fault | None, kind: str | None, words: str
) -> None:
    again = f"GET /repos/{SHOP}/issues/comments/"
    if fault:
        await comment(work)
        shop.fail(Fault(**vars(fault) | {"call": f"{again}{shop.comments()[0].id}"}))
    written = await comment(work)
    assert [one.kind for one in written.dropped] == ([kind] if kind else [])
    assert str(written.after["comment"]).splitlines()[0] == words
    assert len(shop.comments()) == 1


async def test_other_words_than_were_sent_are_told(work: Desk, shop: GitHubSandbox) -> None:
    await comment(work)
    [there] = shop.comments()
    shop.edit_comment("frank", SHOP, there.id, "no")
    written = await comment(work)
    assert written.after == {"comment": "no", "on": 1}
    told = [writing.words_of_dropped(one, work.shop) for one in written.dropped]
    assert told == ["It stands in acme/shop with other words than were sent."]


async def test_each_write_changes_what_it_says(work: Desk, shop: GitHubSandbox) -> None:
    closed = await writing.shut_issue(work.writer, work.intent("a"), work.shop, 1, reason="not_planned")
    assert (closed.before, closed.after) == ({"state": "open"}, {"state": "closed", "state_reason": "not_planned"})
    asked = await ask_reviewers(work.writer, work.intent("b"), work.shop, 2, ["carol", "bob", "mallory"])
    assert (asked.before, asked.after) == ({"reviewers": ()}, {"reviewers": ("carol",)})
    assert asked.dropped == (Dropped(kind="author", name="bob"), Dropped(kind="reviewer", name="mallory"))
    shut = await writing.shut_pull(work.writer, work.intent("c"), work.shop, 2)
    assert (shut.before, shut.after) == ({"state": "open"}, {"state": "closed"})
    assert (shop.issue(SHOP, 1).state, shop.issue(SHOP, 2).state) == ("closed", "closed")


@every_act
async def test_a_lost_answer_is_looked_up_and_not_repeated(
    work: Desk, shop: GitHubSandbox, act: Act, call: str
) -> None:
    shop.fail(Fault(when="after", call=call))
    with pytest.raises(CallFailed) as failed:
        await act(work)
    assert failed.value.is_uncertain
    with pytest.raises(TryLater):
        await act(work)
    work.now += timedelta(seconds=6)
    written = await act(work)
    again = await act(work)
    assert (written, len(shop.calls(call))) == (again, 1)


@every_act
async def test_what_did_not_happen_is_done_after_all(work: Desk, shop: GitHubSandbox, act: Act, call: str) -> None:
    shop.fail(Fault(when="before", call=call))
    with pytest.raises(CallFailed):
        await act(work)
    work.now += timedelta(seconds=6)
    await act(work)
    assert len(shop.calls(call)) == 2


@every_act
@pytest.mark.parametrize(
    "fault",
    [Fault(kind="secondary", retry_after=30), Fault(kind="primary"), Fault(status=404), Fault(status=422)],
    ids=["secondary limit", "primary limit", "404", "422"],
)
async def test_what_was_refused_can_be_asked_again_at_once(
    work: Desk, shop: GitHubSandbox, act: Act, call: str, fault: Fault
) -> None:
    shop.fail(Fault(**vars(fault) | {"call": call}))
    with pytest.raises(CallFailed) as failed:
        await act(work)
    assert not failed.value.is_uncertain
    await act(work)
    assert [one.status for one in shop.calls(call)][1:] in ([200], [201])


@pytest.mark.parametrize("name", ["open an issue", "comment"])
async def test_a_marker_that_somebody_else_wrote_proves_nothing(work: Desk, shop: GitHubSandbox, name: str) -> None:
    act, call = ACTS[name]
    shop.fail(Fault(when="before", call=call))
    with pytest.raises(CallFailed):
        await act(work)
    forged = marked("not ours", work.intent().key)
    shop.open_issue("mallory", SHOP, title="mine", body=forged)
    shop.comment("mallory", SHOP, 1, forged)
    work.now += timedelta(seconds=6)
    await act(work)
    assert len(shop.calls(call)) == 2


async def test_what_cannot_be_looked_up_is_not_repeated(work: Desk, shop: GitHubSandbox) -> None:
    shop.fail(Fault(when="after", call=f"POST /repos/{SHOP}/issues"))
    with pytest.raises(CallFailed):
        await open_issue(work)
    work.now += timedelta(seconds=6)
    shop.fail(Fault(status=404, call=f"GET /repos/{SHOP}/issues"))
    with pytest.raises(Permanent, match="may have been written"):
        await open_issue(work)
    assert len(shop.calls(f"POST /repos/{SHOP}/issues")) == 1


async def test_what_is_so_already_is_said_and_not_claimed(work: Desk, shop: GitHubSandbox) -> None:
    shop.ask_for_review("bob", SHOP, 2, "carol")
    with pytest.raises(UserError, match="asked to review #2 already"):
        await ask_carol(work)
    with pytest.raises(UserError, match="None of them may review #2"):
        await ask_reviewers(work.writer, work.intent("b"), work.shop, 2, ["mallory"])
    shop.close_issue("frank", SHOP, 1)
    shop.close_issue("bob", SHOP, 2)
    for number, act in ((1, shut_issue), (2, shut_pull)):
        with pytest.raises(UserError, match=f"#{number} is closed already"):
            await act(work)
    with pytest.raises(UserError, match="is not open any more"):
        await ask_reviewers(work.writer, work.intent("c"), work.shop, 2, ["erin"])
    with pytest.raises(UserError, match="is a pull request"):
        await writing.shut_issue(work.writer, work.intent("d"), work.shop, 2)
    with pytest.raises(UserError, match="is an issue"):
        await writing.shut_pull(work.writer, work.intent("e"), work.shop, 1)
    assert [one for one in shop.calls() if one.method in ("PATCH", "POST") and "access_tokens" not in one.path] == []
