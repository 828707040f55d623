"""An effect that two runs of a job have in hand is made by the later one alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.events import GitHubRepository
from bot.github.client import open_github
from bot.github.effects import Writer
from bot.github.failures import CallFailed
from bot.limiter import Limiter
from bot.sandbox.github import GitHubSandbox
from bot.settings import Settings
from storage import receipts
from storage.database import Database
from storage.queue import LostLeaseError
from storage.receipts import Receipt

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def intent(*, fence: int) -> Receipt:
    return Receipt(workspace_id="T1", key="tracked:1", kind="github.comment", channel_id="", at=NOON, fence=fence)


@asynccontextmanager
async def writer(github: GitHubSandbox, limiter: Limiter, clock: Any) -> AsyncIterator[Writer]:
    settings: Any = {"github_api_url": github.url, "github_token": github.token}
    async with open_github(Settings(_env_file=None, **settings), limiter=limiter) as client:
        yield Writer(github=client, db=limiter.db, clock=clock, settle=timedelta(seconds=5))


async def test_who_lost_its_job_while_it_waited_for_its_turn_writes_nothing(
    github: GitHubSandbox, db: Database
) -> None:
    now = NOON

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)
        async with db.write() as tx:
            await receipts.intend(tx, intent(fence=2))

    issue = github.open_issue("frank", "acme/shop", title="redis is down")
    shop = GitHubRepository(github_id=github.repository("acme/shop").id, full_name="acme/shop", host="github.com")
    limiter = Limiter(db, holder="one", clock=lambda: now, sleep=sleep)
    async with writer(github, limiter, lambda: now) as made:
        await made.github.comment(shop, issue.number, "takes this second's turn")
        with pytest.raises(LostLeaseError):
            await made.comment_once(intent(fence=1), shop, issue.number, "Tracked")
    assert [one.body for one in github.comments()] == ["takes this second's turn"]


async def test_who_stood_still_before_it_could_write_looks_first(github: GitHubSandbox, db: Database) -> None:
    times = iter([NOON, NOON + timedelta(seconds=6)])
    issue = github.open_issue("frank", "acme/shop", title="redis is down")
    shop = GitHubRepository(github_id=github.repository("acme/shop").id, full_name="acme/shop", host="github.com")
    async with writer(github, Limiter(db, holder="one", clock=lambda: NOON), lambda: next(times)) as made:
        with pytest.raises(CallFailed, match="not sent in time"):
            await made.comment_once(intent(fence=1), shop, issue.number, "Tracked")
    assert github.comments() == []
