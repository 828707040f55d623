"""A GitHub on 127.0.0.1 that real client libraries cannot tell from GitHub, for the demo, the bench and the tests."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.sandbox.github.api import LARGEST_REQUEST, Api, Exchange
from bot.sandbox.github.courier import Mischief, open_courier
from bot.sandbox.github.events import Herald, Hooks
from bot.sandbox.github.faults import Fault
from bot.sandbox.github.hooks import Delivery, Hook
from bot.sandbox.github.keys import ROBOT_KEY, app_pem
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.person import PersonSide
from bot.sandbox.github.records import Account, Comment
from bot.sandbox.github.seed import APP_EVENTS, APP_ID, Seed, default_seed
from bot.sandbox.github.world import Call, World
from bot.sandbox.waiting import Found, wait_until


def _unobserved(exchange: Exchange) -> None:
    """Nobody checks the exchanges."""


class GitHubSandbox(PersonSide):
    """The running GitHub: a person's side, everything that can go wrong with it, and what it saw."""

    app_id = APP_ID
    token = ROBOT_KEY  # a personal token of `chargehand-robot`

    def __init__(self, herald: Herald, api: Api) -> None:
        super().__init__(herald)
        self._api, self._courier = api, herald.courier

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        seed: Seed | None = None,
        give_up_after: float = 10.0,
        observe: Callable[[Exchange], None] = _unobserved,
        routes: "Callable[[web.Application, GitHubSandbox], None] | None" = None,
        now: Callable[[], float] = time.time,
    ) -> "AsyncIterator[GitHubSandbox]":
        """Serve a GitHub until the context ends.

        Args:
            port: 0 picks a free one; see `url`.
            seed: who and what is there at the start; `default_seed()` when not given.
            give_up_after: seconds a webhook's receiver has to answer.
            observe: is shown each request with its answer.
            routes: adds pages to the same server, before the API's.
            now: the clock that times, tokens and limits go by; seconds since 1970.
        """
        world = World(seed or default_seed(), now)
        hook = Hook(world.next_id(), "integration", APP_ID, now(), now(), events=APP_EVENTS)
        async with open_courier(world, give_up_after=give_up_after) as courier:
            api = Api(Herald(world, Hooks(hook), courier), observe)
            github = cls(api.herald, api)
            app = web.Application(client_max_size=LARGEST_REQUEST)
            if routes:
                routes(app, github)
            app.add_routes(api.routes())
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            try:
                await web.TCPSite(runner, host, port).start()
                world.url = f"http://{host}:{runner.addresses[0][1]}"
                yield github
            finally:
                api.stopping.set()
                await runner.cleanup()

    @property
    def url(self) -> str:
        """Base URL for API clients, what GITHUB_API_URL is set to."""
        return self.world.url

    @property
    def private_key(self) -> str:
        """The App's key, PEM."""
        return app_pem()

    @property
    def app_hook(self) -> Hook:
        """The App's webhook; without a URL nothing is sent."""
        return self.herald.hooks.app

    def deliver_to(self, url: str, *, secret: str) -> None:
        """Point the App's webhook somewhere."""
        self.app_hook.url, self.app_hook.secret = url, secret

    def add_hook(
        self, repo: str, url: str, *, secret: str, content_type: str = "json", events: tuple[str, ...] = ("*",)
    ) -> Hook:
        """Give a repository a webhook of its own, as its admin would by hand. No ping is sent."""
        where, now = self.repository(repo), self.world.now()
        hook = Hook(self.world.next_id(), "repository", where.id, now, now, url, secret, events=events)
        hook.content_type = "form" if content_type == "form" else "json"
        self.herald.hooks.repository.setdefault(where.id, []).append(hook)
        return hook

    def hooks_of(self, repo: str) -> list[Hook]:
        """The webhooks that a repository has of its own."""
        return self.herald.hooks.repository.get(self.repository(repo).id, [])

    def add_token(self, login: str, token: str) -> Account:
        """Give a person a personal token."""
        self._api.keyring.personal[token] = self.world.account(login)
        return self.world.account(login)

    def revoke_tokens(self) -> None:
        """Let every installation token given out so far be refused with 401."""
        self._api.keyring.tokens.clear()

    def revoke(self, token: str) -> None:
        """Let one personal token be refused with 401."""
        del self._api.keyring.personal[token]

    def fail(self, fault: Fault) -> None:
        """Let the next calls fail."""
        self._api.faults.planned.append(fault)

    def mend(self) -> None:
        """Forget the faults that have not happened yet."""
        self._api.faults.planned.clear()

    @property
    def limits(self) -> Limits:
        """The rate limits, to lower or turn on."""
        return self._api.limits

    def misdeliver(self, mischief: Mischief) -> None:
        """From now on deliver some twice, late or forged; `Mischief()` ends it."""
        self._courier.mischief = mischief

    def hold_deliveries(self) -> None:
        """Keep deliveries back until `release_deliveries`."""
        self._courier.is_holding = True

    def release_deliveries(self, *, backwards: bool = False) -> None:
        """Send the deliveries held back one after the other, `backwards` the newest first."""
        self._courier.release(backwards=backwards)

    def redeliver(self, guid: str) -> None:
        """Press GitHub's Redeliver button."""
        notice = next(one.notice for one in self.deliveries() if one.guid == guid)
        self._courier.send_again(notice)

    def deliveries(self, event: str | None = None) -> list[Delivery]:
        """Every finished attempt to deliver, of all hooks or one event, oldest first."""
        attempts = (one for hook in self.herald.hooks.all() for one in hook.deliveries)
        return sorted((one for one in attempts if event in (None, one.notice.event)), key=lambda one: one.id)

    def calls(self, call: str | None = None) -> list[Call]:
        """What was asked of the API, all or such as `POST /repos/acme/shop/issues`, in order."""
        return [one for one in self.world.calls if call in (None, str(one))]

    def comments(self, *, containing: str = "") -> list[Comment]:
        """Every comment anywhere with this text in it, oldest first."""
        return self.world.comments(containing=containing)

    async def until(self, condition: Callable[[], Found], timeout: float = 30.0) -> Found:
        """Wait until the condition holds and give back its value; it is asked anew after every change.

        Raises:
            AssertionError: it did not hold in time.
        """
        return await wait_until(condition, timeout=timeout, pulse=lambda: self.world.pulse, seen=self._last_calls)

    async def settled(self, timeout: float = 15.0) -> None:
        """Wait until every delivery has been answered or given up."""
        await self.until(lambda: self._courier.pending == 0, timeout)

    def _last_calls(self) -> str:
        return "\n".join(["the last calls were:", *(f"{one} {one.status}" for one in self.world.calls[-20:])])
