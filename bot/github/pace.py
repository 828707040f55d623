"""No more is asked of GitHub than it allows: calls in an hour and at once, and writes one after the other.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from githubkit import Response
from githubkit.exception import GitHubException, RequestFailed

from bot.errors import TryLater
from bot.github.call import Call
from bot.github.failures import RATE_LIMIT, CallFailed, failures
from bot.limiter import NO_MORE, Limiter
from bot.metrics import API_REQUESTS, GITHUB_LIMIT, GITHUB_REMAINING
from storage.limits import PATIENCE, Rate

PER_HOUR = 5000  # until an answer says otherwise
AT_ONCE = 100
KEPT = 0.1  # of the hour's calls, for what a person waits for
WRITES = Rate(calls=1, seconds=1)  # so there are never 80 in a minute, either
BRIEF = timedelta(seconds=1)  # what no person waits for sits in a worker for one write before it, not for more
# Of 30 and 10 in a minute, burst included.
# https://docs.github.com/en/rest/search/search#rate-limit
SEARCHES = {"search": Rate(calls=20, seconds=60, burst=10), "code_search": Rate(calls=6, seconds=60, burst=4)}
HOURLY_WRITES = Rate(calls=400, seconds=3600, burst=100)  # burst included, at most 500 in any hour

Request = Callable[[], Awaitable[Response[Any]]]


class Pace:
    """The turns of whoever we act as. Without a limiter nobody waits: for the few calls of a command."""

    def __init__(self, limiter: Limiter | None) -> None:
        self._limiter = limiter
        self._per_hour: dict[str, int] = {}

    async def send(
        self, who: str, request: Request, call: Call, *, asker: str | None, is_urgent: bool
    ) -> Response[Any]:
        """Make a call when its turn has come; what GitHub says of a search holds up searches alone.

        Args:
            who: names the token, since each has limits of its own.
            asker: names what comes back when it is told to, and then goes before those who asked later.

        Raises:
            CallFailed: it did not work, or its turn is too far away.
        """
        async with self._turn(who, call, asker=asker, is_urgent=is_urgent):
            try:
                with failures():
                    return await self._answer(who, request)
            except CallFailed as failed:
                if failed.code == RATE_LIMIT and failed.retry_after and self._limiter:
                    name = _search(call, who) if call.search else _core(who)
                    await self._limiter.block(name, seconds=failed.retry_after)
                raise

    @asynccontextmanager
    async def _turn(self, who: str, call: Call, *, asker: str | None, is_urgent: bool) -> AsyncIterator[None]:
        if self._limiter is None:
            yield
            return
        also = {f"github:write:{who}": WRITES, f"github:writes:{who}": HOURLY_WRITES} if call.is_write else NO_MORE
        also = {_search(call, who): SEARCHES[call.search]} if call.search else also
        turn = self._limiter.call(
            _core(who),
            _hourly(self._per_hour.get(who, PER_HOUR)),
            also=also,
            slots=AT_ONCE,
            asker=asker,
            is_urgent=is_urgent,
            patience=BRIEF if asker else PATIENCE,
        )
        try:
            async with turn:
                yield
        except TryLater as later:
            raise CallFailed(RATE_LIMIT, retry_after=later.after) from later

    async def _answer(self, who: str, request: Request) -> Response[Any]:
        try:
            answer = await request()
        except RequestFailed as refused:
            await self._heard(who, refused.response.status_code, refused.response.headers)
            raise
        except GitHubException:
            API_REQUESTS.labels("github", "none").inc()
            raise
        await self._heard(who, answer.status_code, answer.headers)
        return answer

    async def _heard(self, who: str, status: int, headers: Mapping[str, str]) -> None:
        API_REQUESTS.labels("github", str(status)).inc()
        limit, left = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
        if not left.isdecimal() or headers.get("x-ratelimit-resource", "core") != "core":
            return
        GITHUB_REMAINING.set(int(left))
        if not limit.isdecimal() or not int(limit):
            return
        GITHUB_LIMIT.set(int(limit))
        if self._limiter:
            self._per_hour[who] = int(limit)
            await self._limiter.observe(_core(who), _hourly(int(limit)), remaining=int(left))


def _core(who: str) -> str:
    return f"github:core:{who}"


def _search(call: Call, who: str) -> str:
    return f"github:{call.search}:{who}"


def _hourly(calls: int) -> Rate:
    return Rate(calls=calls, seconds=3600, burst=calls, kept=KEPT)
