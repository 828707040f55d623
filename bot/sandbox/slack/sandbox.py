"""A Slack workspace on 127.0.0.1 that the real client libraries cannot tell from Slack, for the demo and the tests."""

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.sandbox.slack import events
from bot.sandbox.slack.api import APP_KEY, BOT_KEY, LARGEST_REQUEST, Api
from bot.sandbox.slack.changes import Changes
from bot.sandbox.slack.faults import Fault, When
from bot.sandbox.slack.seed import HOME_TEAM, Seed, User, default_seed
from bot.sandbox.slack.socket import Envelope
from bot.sandbox.slack.world import World


class SlackSandbox(Changes):
    """The running workspace: a person's side, what people see, and everything that can go wrong with Slack."""

    bot_token = BOT_KEY
    app_token = APP_KEY
    workspace_id = HOME_TEAM

    def __init__(self, world: World, api: Api) -> None:
        super().__init__(world)
        self._api = api

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        redeliver_after: float = 3.0,
        ack_within: float = 3.0,
        ping_ok: bool = True,
        seed: Seed | None = None,
        routes: "Callable[[web.Application, SlackSandbox], None] | None" = None,
        now: Callable[[], float] = time.time,
    ) -> "AsyncIterator[SlackSandbox]":
        """Serve a workspace until the context ends.

        Args:
            port: 0 picks a free one; see `url`.
            redeliver_after: seconds until an event without acknowledgement is sent again.
            ack_within: seconds a person waits for a command, button or form.
            ping_ok: whether sockets answer pings.
            seed: who and what is there at the start; `default_seed()` when not given.
            routes: adds pages to the same server.
            now: the clock that timestamps, triggers and expiries go by; seconds since 1970.
        """
        world = World(seed or default_seed(), now, redeliver_after=redeliver_after, ack_within=ack_within)
        world.socket.answers_pings = ping_ok
        api = Api(world)
        slack = cls(world, api)
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.add_routes(api.routes())
        if routes:
            routes(app, slack)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
            world.url = f"http://{host}:{runner.addresses[0][1]}"
            yield slack
        finally:
            api.stopping.set()
            await world.socket.drop()
            await runner.cleanup()
            world.socket.stop()

    @property
    def url(self) -> str:
        """Where the workspace is served."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """Base URL for the Web API client."""
        return f"{self.world.url}/api/"

    @property
    def bot_user(self) -> User:
        """The bot as people see it."""
        return self.world.bot

    @property
    def scopes(self) -> set[str]:
        """What the app was granted; take some out to see it cope."""
        return self.world.scopes

    def deactivate(self, user: str) -> None:
        """Let somebody leave the company."""
        self.change(user, deleted=True)

    def change(self, user: str, *, is_told: bool = True, **facts: Any) -> None:
        """Change what Slack knows of somebody, a status or a guest's rights for one; the app may miss the news."""
        changed = replace(self.user(user), **facts)
        self.world.users[changed.id] = changed
        self.world.user_ids[changed.name] = changed.id
        if is_told:
            events.happened(self.world, "user_change", {"user": events.user_payload(changed, with_email=True)})
        self.world.changed()

    def hire(self, user: User) -> None:
        """Let somebody join the workspace."""
        self.world.users[user.id] = user
        self.world.user_ids[user.name] = user.id
        events.happened(self.world, "team_join", {"user": events.user_payload(user, with_email=True)})
        self.world.changed()

    def close_dm(self, user: str) -> None:
        """Close somebody's direct messages with the bot; the next one opens them again, as in Slack."""
        self.world.dm_with(self.user(user)).is_open = False
        self.world.changed()

    def fail(
        self,
        *,
        method: str = "*",
        error: str = "internal_error",
        status: int = 200,
        retry_after: int = 1,
        times: int = 1,
        when: When = "before",
        hang: bool = False,
        channel: str | None = None,
    ) -> None:
        """Let the next calls fail, see Fault; `channel` is #name, an id or, for direct messages, @name."""
        if channel and channel.startswith("@"):
            channel = self.world.dm_with(self.user(channel)).id
        planned = Fault(
            method=method,
            error=error,
            status=status,
            retry_after=retry_after,
            times=times,
            when=when,
            hang=hang,
            channel=channel and self.channel(channel).id,
        )
        self._api.faults.planned.append(planned)

    def mend(self) -> None:
        """Forget the faults that have not happened yet."""
        self._api.faults.planned.clear()

    @property
    def enforce_rate(self) -> bool:
        """Whether more than one post a second in a channel is refused with 429."""
        return self._api.enforces_rate

    @enforce_rate.setter
    def enforce_rate(self, wanted: bool) -> None:
        self._api.enforces_rate = wanted

    @property
    def duplicate_events(self) -> bool:
        """Whether every event is sent in two envelopes."""
        return self.world.duplicates_events

    @duplicate_events.setter
    def duplicate_events(self, wanted: bool) -> None:
        self.world.duplicates_events = wanted

    @property
    def hold_acks(self) -> bool:
        """Whether acknowledgements get lost on their way, so that events come again."""
        return self.world.socket.holds_acks

    @hold_acks.setter
    def hold_acks(self, wanted: bool) -> None:
        self.world.socket.holds_acks = wanted

    def hold_events(self) -> None:
        """Keep events back until `release_events`."""
        self.world.socket.holds_events = True

    def release_events(self, *, backwards: bool = False) -> None:
        """Send the events held back, `backwards` the newest first."""
        self.world.socket.release(backwards=backwards)

    def lose_events(self) -> None:
        """Let the events that found no socket never arrive."""
        self.world.socket.lose()

    def redeliver(self, event: str | None = None) -> int:
        """Send past events (all, or of one type) once more; how many that were."""
        again = list(self._events(event))
        for envelope in again:
            self.world.socket.again(envelope)
        return len(again)

    def _events(self, wanted: str | None) -> Iterable[Envelope]:
        for envelope in self.envelopes:
            if envelope.kind == "events_api" and wanted in (None, envelope.payload["event"]["type"]):
                yield envelope

    async def drop_sockets(self) -> None:
        """Close every socket without a word."""
        await self.world.socket.drop()

    def mute_sockets(self, muted: bool = True) -> None:
        """Let sockets stay open but neither answer pings nor deliver."""
        self.world.socket.is_muted = muted

    async def refresh_sockets(self) -> None:
        """Ask the app to replace its sockets: a warning, then `refresh_requested`."""
        await self.world.socket.refresh()

    def refuse_sockets(self, times: int) -> None:
        """Answer the next attempts to open a socket with 503."""
        self.world.socket.refusals_left = times
