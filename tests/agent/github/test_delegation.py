"""A coding agent gets one issue once, and three of a repository in a day."""

from datetime import timedelta

import pytest

from agent.desk import Desk
from agent.github.delegation import PER_DAY, TOOL, check_room
from bot.errors import UserError
from storage.receipts import Receipt
from storage.repositories import Repository
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
