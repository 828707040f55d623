"""A door on a real socket and a real database; time stands still until a test moves it."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.gauges import Gauges
from bot.server import serve_http
from bot.settings import Settings
from handlers import github
from handlers.github.door import Door
from storage.database import Database, open_database
from tests.files import make_ready

SECRET = "a secret of thirty-two characters"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ISSUE = {
    "action": "opened",
    "issue": {"number": 7, "title": "redis is down"},
    "repository": {"id": 1, "full_name": "acme/shop", "owner": {"login": "acme"}},
}


def sign(body: bytes, secret: str = SECRET) -> str:
    """The header's value."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    said: Any

    @property
    def code(self) -> str:
        """Of a refusal."""
        return str(self.said["error"]["code"])


@dataclass
class Street:
    """Someone outside who sends deliveries."""

    url: str
    db: Database
    http: aiohttp.ClientSession
    door: Door
    now: datetime = NOON
    sent: int = field(default=0, init=False)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def send(
        self, payload: Any = ISSUE, *, body: bytes | None = None, event: str = "issues", path: str = "", **headers: Any
    ) -> Answer:
        """Deliver as GitHub does; a header given as None is left out (`X_GitHub_Event=None`)."""
        self.sent += 1
        body = json.dumps(payload).encode() if body is None else body
        usual = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": f"guid-{self.sent}",
            "X-Hub-Signature-256": sign(body),
        }
        chosen = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {name: value for name, value in (usual | chosen).items() if value is not None}
        return await self.post(body, headers=named, path=path)

    async def post(self, body: Any, *, headers: Any, path: str = "") -> Answer:
        async with self.http.post(f"{self.url}/webhooks/github{path}", data=body, headers=headers) as response:
            return Answer(response.status, response.headers, await response.json())

    async def rows(self, query: Any) -> list[Any]:
        async with self.db.read() as tx:
            return list(await tx.exec(query))


@asynccontextmanager
async def street_with(path: Path, *, read_seconds: float = 8.0, **chosen: Any) -> AsyncIterator[Street]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
        **({"github_webhook_secret": SECRET, "database_url": f"sqlite:///{path / 'door.db'}"} | chosen),
    )
    make_ready(settings)
    async with open_database(settings.database, settings.connections) as db, aiohttp.ClientSession() as http:

        def seconds() -> float:
            return street.now.timestamp()

        gauges = Gauges(
            db,
            me="door",
            most_jobs=settings.queue_max,
            least_free_mb=settings.disk_free_mb,
            clock=lambda: street.now,
            monotonic=seconds,
        )
        door = Door(db, settings, gauges=gauges, clock=lambda: street.now, read_seconds=read_seconds)
        async with serve_http("127.0.0.1", 0, ways_in=[partial(github.register, door=door)]) as port:
            street = Street(f"http://127.0.0.1:{port}", db, http, door)
            yield street


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with street_with(tmp_path) as opened:
        yield opened
