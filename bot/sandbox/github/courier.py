"""Deliveries arrive as GitHub's do: signed, ten seconds to answer, no second try; late, twice or forged on cue."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.sandbox.github.hooks import OK, TIMED_OUT, UNREACHABLE, Delivery, Notice, body_of, headers_of
from bot.sandbox.github.world import World

KEPT_OF_AN_ANSWER = 10_000  # bytes
AT_ONCE = 100  # attempts; the others wait before their time runs


@dataclass(frozen=True, kw_only=True)
class Mischief:
    """What share of deliveries (0 to 1) goes wrong how. Late ones are overtaken by what happened after them.

    `chance` draws from 0 to below 1: give a seeded one for shares that are neither all nor nothing.
    """

    doubled: float = 0.0
    late: float = 0.0
    late_by: float = 0.2  # seconds
    forged: float = 0.0  # signed with a wrong secret
    chance: Callable[[], float] = lambda: 0.5


class Courier:
    """Sends notices; those of one subject in order, others side by side."""

    def __init__(self, world: World, http: aiohttp.ClientSession, *, give_up_after: float) -> None:
        self.mischief = Mischief()
        self.is_holding = False
        self._world, self._http, self._give_up_after = world, http, give_up_after
        self._held: list[Notice] = []
        self._last: dict[str, asyncio.Task[None]] = {}  # by subject
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(AT_ONCE)

    @property
    def pending(self) -> int:
        """How many notices are held back or on their way."""
        return len(self._held) + len(self._tasks)

    def send(self, notice: Notice) -> None:
        """Deliver an event that just happened, or keep it while deliveries are held."""
        if self.is_holding:
            self._held.append(notice)
            return
        planned = self.mischief
        is_late, is_doubled, is_forged = (
            planned.chance() < share for share in (planned.late, planned.doubled, planned.forged)
        )
        secret = "not the hook's secret" if is_forged else notice.hook.secret
        before = None if is_late else self._last.get(notice.subject)
        for _ in range(2 if is_doubled else 1):
            task = self._start(notice, secret=secret, after=before, wait=planned.late_by if is_late else 0.0)
            if not is_late:
                self._last[notice.subject] = task

    def send_again(self, notice: Notice) -> None:
        """Redeliver: the same GUID and bytes, signed with the hook's secret of now."""
        self._start(notice, secret=notice.hook.secret, is_redelivery=True)

    def release(self, *, backwards: bool = False) -> None:
        """Send what was held, oldest or (`backwards`) newest first, each after the one before."""
        self.is_holding = False
        held, self._held = self._held[:: -1 if backwards else 1], []
        before = None
        for notice in held:
            before = self._last[notice.subject] = self._start(notice, secret=notice.hook.secret, after=before)

    def _start(
        self,
        notice: Notice,
        *,
        secret: str,
        after: asyncio.Task[None] | None = None,
        wait: float = 0.0,
        is_redelivery: bool = False,
    ) -> asyncio.Task[None]:
        async def deliver() -> None:
            if after:
                await asyncio.wait([after])
            await asyncio.sleep(wait)
            async with self._turn:
                await self._attempt(notice, secret, is_redelivery=is_redelivery)

        task = asyncio.create_task(deliver())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(notice.subject, done))
        return task

    def _finished(self, subject: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(subject) is task:
            del self._last[subject]
        self._world.changed()

    async def _attempt(self, notice: Notice, secret: str, *, is_redelivery: bool) -> None:
        body = body_of(notice)
        headers = headers_of(notice, body, secret=secret)
        at, clock = self._world.now(), asyncio.get_running_loop().time
        started = clock()
        status, code, answered, text = await self._post(notice.hook.url, body, headers)
        attempt = Delivery(
            id=self._world.next_id(),
            notice=notice,
            delivered_at=at,
            is_redelivery=is_redelivery,
            duration=round(clock() - started, 3),
            status=status,
            status_code=code,
            request_headers=headers,
            response_headers=answered,
            response_body=text,
        )
        notice.hook.deliveries.append(attempt)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[str, int, dict[str, str], str]:
        try:
            async with (
                asyncio.timeout(self._give_up_after),
                self._http.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                text = (await answer.content.read(KEPT_OF_AN_ANSWER)).decode(errors="replace")
        except TimeoutError:
            return TIMED_OUT, 504, {}, ""
        except aiohttp.ClientError:
            return UNREACHABLE, 502, {}, ""
        status = OK if 200 <= answer.status < 300 else f"Invalid HTTP Response: {answer.status}"
        return status, answer.status, dict(answer.headers), text

    async def stop(self) -> None:
        """Give up what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def open_courier(world: World, *, give_up_after: float) -> AsyncIterator[Courier]:
    """A courier for as long as the context lasts; `give_up_after` is in seconds."""
    # A connection of its own for each: a kept one may be closed by the receiver just as it is used.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
        courier = Courier(world, http, give_up_after=give_up_after)
        try:
            yield courier
        finally:
            await courier.stop()
