"""All processes together ask no more of GitHub than it allows, and leave it alone when it says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.events import GitHubRepository
from bot.github.call import Effect
from bot.github.client import GitHubClient, open_github
from bot.github.failures import CallFailed
from bot.github.issues import search_issues
from bot.github.pace import WRITES
from bot.github.source import search_code
from bot.limiter import Limiter
from bot.metrics import REGISTRY
from bot.sandbox.github import Fault, GitHubSandbox
from bot.settings import Settings
from storage import limits
from storage.database import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Office:
    """Two processes that act as the same robot; time goes on only while one of them sleeps for its turn."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []
        self.clients: list[GitHubClient] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
async def office(github: GitHubSandbox, db: Database) -> AsyncIterator[Office]:
    settings: Any = {"github_api_url": github.url, "github_token": github.token}
    made = Office()
    async with AsyncExitStack() as opened:
        for holder in ("one", "two"):
            limiter = Limiter(db, holder=holder, clock=lambda: made.now, sleep=made.sleep)
            client = open_github(Settings(_env_file=None, **settings), limiter=limiter)
            made.clients.append(await opened.enter_async_context(client))
        yield made


def shop(github: GitHubSandbox) -> GitHubRepository:
    return GitHubRepository(github_id=github.repository("acme/shop").id, full_name="acme/shop", host="github.com")


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"chargehand_{name}", labels) or 0.0


async def test_a_tenth_of_the_hour_is_kept_for_people(github: GitHubSandbox, office: Office) -> None:
    github.limits.per_hour = 20
    one, two = office.clients
    for _ in range(9):
        await one.own_login()
        await two.own_login()
    with pytest.raises(CallFailed) as failed:
        await one.own_login()
    assert failed.value.retry_after == 180  # an hour's twentieth
    assert len(github.calls()) == 18  # it was not even asked
    assert await two.for_a_person().own_login() == "chargehand-robot"
    assert (figure("github_rate_remaining"), figure("github_rate_limit")) == (1, 20)


async def test_what_others_used_with_the_same_token_counts(github: GitHubSandbox, office: Office) -> None:
    github.limits.per_hour = 20
    github.limits.window("chargehand-robot").used = 18
    await office.clients[0].own_login()
    with pytest.raises(CallFailed):
        await office.clients[1].own_login()
    assert len(github.calls()) == 1


async def test_what_stops_searches_stops_nothing_else(github: GitHubSandbox, office: Office) -> None:
    one, two = office.clients
    github.fail(Fault(kind="primary", call="GET /search/code"))
    for client in (one, two):
        with pytest.raises(CallFailed) as failed:
            await search_code(client, shop(github), "redis")
        assert failed.value.retry_after
    assert len(github.calls("GET /search/code")) == 1
    await search_issues(two, shop(github), "redis", kind="issue")
    await two.own_login()


async def test_never_more_searches_in_a_minute_than_github_takes(github: GitHubSandbox, office: Office) -> None:
    began = office.now
    for _ in range(4):
        await search_code(office.clients[0], shop(github), "redis")
    with pytest.raises(CallFailed) as failed:
        await search_code(office.clients[1], shop(github), "redis")
    assert (failed.value.retry_after, office.now) == (10, began)


async def test_writes_are_a_second_apart_and_reads_are_not(github: GitHubSandbox, office: Office) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    one, two = office.clients
    await one.comment(shop(github), 1, "first")
    await two.comment(shop(github), 1, "second")
    await asyncio.gather(*(one.issue(shop(github), 1) for _ in range(5)))
    assert office.slept == [1]
    assert [comment.body for comment in github.comments()] == ["first", "second"]


async def write(office: Office, github: GitHubSandbox, name: str, *, client: int = 0) -> float:
    """Comment as a job does; in how many seconds it is to come back, 0 when it is done."""

    async def before() -> None:
        return None

    try:
        await office.clients[client].comment(shop(github), 1, name, effect=Effect(name, before))
    except CallFailed as failed:
        if failed.retry_after is None:
            raise
        return failed.retry_after
    return 0.0


async def test_a_write_that_nobody_waits_for_waits_for_one_other_at_most(
    github: GitHubSandbox, office: Office, db: Database
) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    async with db.write() as tx:
        for _ in range(2):
            await limits.take(tx, "github:write:token", WRITES, now=office.now)
    told = [await write(office, github, f"{number}", client=number % 2) for number in range(3)]
    assert (told, office.slept) == ([2, 3, 4], [])  # each its own turn
    await office.clients[0].for_a_person().comment(shop(github), 1, "at once")
    assert office.slept == [2]
    assert await write(office, github, "0") == 0
    assert office.slept == [2, 1]
    assert [comment.body for comment in github.comments()] == ["at once", "0"]


async def test_who_was_told_to_come_back_goes_before_who_asks_later(github: GitHubSandbox, office: Office) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    names = [f"{number}" for number in range(12)]
    due = [(office.now, name) for name in names]
    asked = 0
    while due and asked < 100:
        at, name = due.pop(0)
        office.now = now = max(office.now, at)
        if after := await write(office, github, name, client=asked % 2):
            due.append((now + timedelta(seconds=after), name))
        office.now = now  # who waits for its turn holds up none of the others
        asked += 1
        if asked % 5 == 0:
            names.append(f"later {asked}")
            due.append((NOON, names[-1]))  # it asks next, before those whose time has come
        due.sort(key=lambda one: one[0])
    assert [comment.body for comment in github.comments()] == names
    assert asked <= 2 * len(names)
    assert office.now - NOON <= timedelta(seconds=len(names))


async def test_who_is_late_holds_nobody_up_for_longer_than_its_turn(github: GitHubSandbox, office: Office) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    for name in ("now", "in a second"):
        await write(office, github, name)
    office.now -= timedelta(seconds=1)
    assert [await write(office, github, name) for name in ("first", "second", "third")] == [2, 3, 4]
    office.now = NOON + timedelta(seconds=3)
    assert await write(office, github, "second") == 0
    assert await write(office, github, "third") == 2
    assert await write(office, github, "first") == 0
    assert [comment.body for comment in github.comments()] == ["now", "in a second", "second", "first"]


@pytest.mark.parametrize("status", [403, 429])
async def test_one_process_is_refused_and_the_other_waits(github: GitHubSandbox, office: Office, status: int) -> None:
    one, two = office.clients
    refused = figure("api_requests_total", service="github", code=str(status))
    github.fail(Fault(kind="secondary", status=status, retry_after=40))
    with pytest.raises(CallFailed):
        await one.own_login()
    assert figure("api_requests_total", service="github", code=str(status)) == refused + 1
    with pytest.raises(CallFailed) as failed:
        await two.for_a_person().own_login()
    assert failed.value.retry_after == 40
    assert len(github.calls()) == 1
    office.now += timedelta(seconds=40)
    assert await two.own_login() == "chargehand-robot"


async def test_a_refusal_for_want_of_permission_stops_nobody(github: GitHubSandbox, office: Office) -> None:
    github.fail(Fault(status=403))
    with pytest.raises(CallFailed):
        await office.clients[0].own_login()
    assert await office.clients[1].own_login() == "chargehand-robot"
