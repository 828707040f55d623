"""A coding agent gets one issue once, and three of a repository in a day."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.desk import Desk
from agent.github.delegation import PER_DAY, TOOL, aim_at, check_room, given_back
from bot.errors import UserError
from storage.issues import Issue
from storage.pulls import Pull
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from tests.agent.conftest import MakeTicket, desk, make_ticket

__all__ = ["desk", "make_ticket"]  # on the database that the agent's tests share, not this folder's


async def given(desk: Desk, number: int, *, hours: float, repository: str = "acme/shop") -> None:
    """An issue was given to a coding agent so long ago."""
    at = desk.now - timedelta(hours=hours)
    name = f"{repository}#{number}"
    values = {"workspace_id": "T1", "kind": f"github.{TOOL}", "channel_id": "C1", "tool": TOOL, "number": number}
    desk.tx.add(Receipt(key=name, at=at, object_kind="github", object_id=name, **values))
    await desk.tx.flush()


@pytest.mark.parametrize(
    ("named", "changes", "number", "links"),
    [
        (1, {}, 2, ["https://t/1", "https://g/1", "https://here"]),
        (2, {}, 2, ["https://t/1", "https://g/1", "https://here"]),
        (5, {"closes": [5]}, 2, ["https://t/1", "https://g/1", "https://here"]),
        (9, {}, 9, ["https://t/1", "https://g/1", "https://here"]),
        (1, {"state": "closed"}, 1, ["https://t/1", "https://here"]),
        (1, {"repository_id": 2}, 1, ["https://t/1", "https://here"]),
    ],
    ids=["the issue of the thread", "the pull itself", "it closes it", "another", "it is closed", "another repository"],
)
async def test_the_open_pull_of_the_thread_is_where_its_issue_is_worked_on(
    desk: Desk, make_ticket: MakeTicket, named: int, changes: dict[str, Any], number: int, links: list[str]
) -> None:
    ticket = await make_ticket(permalink="https://t/1")
    rows = [
        Repository(workspace_id="T1", github_id=at, host="github.com", full_name=f"acme/{at}", created_at=desk.now)
        for at in (1, 2)
    ]
    desk.tx.add_all(rows)
    await desk.tx.flush()
    facts = {"workspace_id": "T1", "title": "x", "state": "open"}
    heads = {"head_sha": "a" * 40, "head_ref": "fix", "base_ref": "main", "is_draft": False}
    pull = Pull(**{"number": 2, "url": "https://g/2", "repository_id": rows[0].id} | heads | facts | changes)
    body = {"body": "", "author": "ann", "github_id": 1}
    issue = Issue(number=1, url="https://g/1", repository_id=rows[0].id, ticket_id=ticket.id, **facts, **body)
    desk.tx.add_all([pull, issue])
    await desk.tx.flush()
    thread = {"channel_id": "C1", "thread_ts": "10.1", "ticket_id": ticket.id, "pull_id": pull.id}
    desk.tx.add(ThreadLink(workspace_id="T1", **thread))
    await desk.tx.flush()
    assert desk.place
    here = replace(desk, place=replace(desk.place, permalink="https://here"))
    aim = await aim_at(here, rows[0], named, ticket_id=ticket.id)
    assert (aim.number, list(aim.links)) == (number, links)
    assert await aim_at(here, rows[0], aim.number, ticket_id=ticket.id) == aim, "approved later it is the same"
    hidden = replace(here, place=replace(desk.place, permalink="https://here", is_private=True))
    assert "https://here" not in (await aim_at(hidden, rows[0], named, ticket_id=ticket.id)).links


async def test_three_in_a_day_and_the_oldest_makes_room(desk: Desk) -> None:
    shop = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=desk.now)
    desk.tx.add(shop)
    await desk.tx.flush()
    for number, hours in ((1, 23), (2, 2), (3, 25)):
        await given(desk, number, hours=hours)
    await given(desk, 4, hours=1, repository="acme/site")
    await check_room(desk, shop, 9)
    with pytest.raises(UserError, match=r"acme/shop#3 was given to a coding agent already \(R-3\)"):
        await check_room(desk, shop, 3)
    await given(desk, 5, hours=0.5)
    with pytest.raises(UserError, match=f"given work in acme/shop {PER_DAY} times in a day; that is the limit"):
        await check_room(desk, shop, 9)


@pytest.mark.parametrize(("phase", "after"), [("review", "revision"), ("in-progress", "in-progress")])
async def test_what_is_given_back_in_review_is_revised(desk: Desk, phase: str, after: str) -> None:
    shop = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=desk.now)
    desk.tx.add(shop)
    await desk.tx.flush()
    about = {"workspace_id": "T1", "repository_id": shop.id, "title": "Carts", "state": "open", "url": "x"}
    pull = Pull(number=8, is_draft=False, head_ref="x", head_sha="abc", base_ref="main", **about)
    desk.tx.add(pull)
    await desk.tx.flush()
    link = ThreadLink(workspace_id="T1", channel_id="C1", thread_ts="10.1", pull_id=pull.id, phase=phase)
    desk.tx.add(link)
    await desk.tx.flush()
    await given_back(desk, shop, 8)
    assert link.phase == after
