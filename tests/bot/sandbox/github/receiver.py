"""A small receiver of webhooks: it notes what it hears and answers as told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.github.records import Payload

SECRET = "a secret of the tests"


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["X-GitHub-Event"]


@dataclass
class Receiver:
    """Everything heard is in `heard`; `status` is the answer, `is_silent` gives none."""

    url: str = ""
    status: int = 202
    is_silent: bool = False
    heard: list[Heard] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: web.Request) -> web.Response:
        self.heard.append(Heard(dict(request.headers), await request.read()))
        if self.is_silent:
            await self.stopping.wait()
        return web.json_response({"status": "accepted"}, status=self.status)

    def events(self) -> list[str]:
        return [one.event for one in self.heard]

    def payloads(self, event: str) -> list[Payload]:
        return [json.loads(one.body) for one in self.heard if one.event == event]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    app = web.Application(client_max_size=2**25)
    app.router.add_post("/webhooks/github", receiver.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"
        yield receiver
    finally:
        receiver.stopping.set()
        await runner.cleanup()
