"""Only the first own line of a new comment, by a person whose login is proven, can be a command on GitHub."""

from dataclasses import replace

import pytest

from agent.by_comment import author_of, line_in
from agent.desk import Desk
from bot.events import CommentEvent, GitHubIssue, GitHubRepository
from storage.identities import CLAIMED, VERIFIED, Identity
from storage.people import Person
from storage.receipts import Receipt
from tests.agent.conftest import NOW

OWN = {
    "/chargehand priority high": "priority high",
    "@chargehand priority high": "priority high",
    "  /ChargeHand\tpriority high  \r\nand the rest": "priority high",
    "\n\n/chargehand ack": "ack",
    "> how bad is it?\n\n/chargehand priority high": "priority high",
}
OTHERS = {
    "quoted": "> /chargehand close no",
    "shown as part of a quote": "> they said\n/chargehand close no",
    "a separator that GitHub shows as no line": "> they said\u2028\u2028/chargehand close no",
    "a block of code": "```\n/chargehand close no\n```",
    "code in a line": "`/chargehand close no`",
    "code by its indent": "    /chargehand close no",
    "hidden": "<!-- \n/chargehand close no\n-->",
    "not first": "as I said:\n/chargehand close no",
    "within a line": "use /chargehand close no",
    "another name": "/chargehands close no",
    "an address": "me@chargehand close no",
    "no words": "@chargehand",
    "nothing": "",
}


@pytest.mark.parametrize("body", OWN)
def test_what_follows_the_name_is_the_command(body: str) -> None:
    assert line_in(body) == OWN[body]


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
def test_other_words_are_none(body: str) -> None:
    assert line_in(body) == ""


@pytest.fixture
async def event(desk: Desk) -> CommentEvent:
    """A comment by bob, and logins of others."""
    people = [
        Person(workspace_id="T1", slack_id=f"U{who}", name=who, created_at=NOW) for who in ("bob", "eve", "guest")
    ]
    people[2].is_outsider = True
    desk.tx.add_all(people)
    await desk.tx.flush()
    logins = {"bob": people[0], "eve": people[1], "guest": people[2], "robot[bot]": people[0]}
    for login, person in logins.items():
        state = CLAIMED if login == "eve" else VERIFIED
        names = {"value": login, "shown": login, "state": state, "source": "admin", "at": NOW}
        desk.tx.add(Identity(workspace_id="T1", person_id=person.id, **names))
    made = Receipt(workspace_id="T1", key="k", kind="github.comment", channel_id="", at=NOW, external_id="2")
    desk.tx.add(made)
    await desk.tx.flush()
    issue = GitHubIssue(
        github_id=1, number=7, title="Carts", body="", state="open", state_reason=None, labels=(), author="dave",
        url="https://x/7", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    where = GitHubRepository(github_id=1, full_name="acme/shop", host="github.com")
    about = {"repository": where, "issue": issue, "is_on_pull": False, "comment_id": 1}
    return CommentEvent(action="created", body="/chargehand ack", sender="bob", **about)


async def test_a_new_comment_of_a_proven_login_counts(desk: Desk, event: CommentEvent) -> None:
    for meant in (event, replace(event, sender="BOB"), replace(event, body="<!-- chargehand:k -->")):
        author = await author_of(desk, meant)
        assert author is not None
        assert author.name == "bob"


@pytest.mark.parametrize(
    "change",
    [
        {"action": "edited"},
        {"is_on_pull": True},
        {"sender": None},
        {"sender": "eve"},
        {"sender": "guest"},
        {"sender": "mallory"},
        {"sender": "robot[bot]"},
        {"body": "<!-- chargehand:k -->", "comment_id": 2},
    ],
    ids=["edited", "on a pull request", "gone", "claimed", "a guest", "nobody", "an App", "our own"],
)
async def test_no_other_does(desk: Desk, event: CommentEvent, change: dict[str, object]) -> None:
    assert await author_of(desk, replace(event, **change)) is None  # type: ignore[arg-type]
