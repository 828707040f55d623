"""A coding agent gets one issue once, and three of a repository in a day."""

from datetime import timedelta

import pytest

from agent.desk import Desk
from agent.github.delegation import PER_DAY, TOOL, check_room, given_back
from bot.errors import UserError
from storage.pulls import Pull
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from tests.agent.conftest import desk

__all__ = ["desk"]  # on the database that the agent's tests share, not this folder's


async def given(desk: Desk, number: int, *, hours: float, repository: str = "acme/shop") -> None:
    """An issue was given to a coding agent so long ago."""
    at = desk.now - timedelta(hours=hours)
    name = f"{repository}#{number}"
    values = {"workspace_id": "T1", "kind": f"github.{TOOL}", "channel_id": "C1", "tool": TOOL, "number": number}
    desk.tx.add(Receipt(key=name, at=at, object_kind="github", object_id=name, **values))
    await desk.tx.flush()


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
