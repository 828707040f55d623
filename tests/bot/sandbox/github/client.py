"""Plain HTTP to the sandbox, as an installation of the App or with a person's token."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from bot.sandbox.github import GitHubSandbox


@dataclass(frozen=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def links(self) -> dict[str, str]:
        """rel -> address of the Link header."""
        parts = [part.partition("; rel=") for part in self.headers.get("link", "").split(", ") if part]
        return {rel.strip('"'): address.strip("<>") for address, _, rel in parts}


@dataclass(frozen=True)
class Client:
    """One caller; `token` goes along with each request."""

    http: aiohttp.ClientSession
    url: str
    token: str = ""

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        address = path if path.startswith("http") else self.url + path
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        async with self.http.request(method, address, json=body, headers=sent, allow_redirects=False) as answer:
            told = await answer.json() if answer.content_type == "application/json" else None
            return Reply(answer.status, told, {name.lower(): value for name, value in answer.headers.items()})


@asynccontextmanager
async def client(github: GitHubSandbox | str, token: str | None = None) -> AsyncIterator[Client]:
    """To a sandbox or its address, with the robot's personal token unless another is given; an empty one is none."""
    url = github if isinstance(github, str) else github.url
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        yield Client(http, url, GitHubSandbox.token if token is None else token)


def app_jwt(github: GitHubSandbox, *, now: float | None = None, key: str | None = None, lasts: int = 540) -> str:
    """What the App signs itself in with."""
    at = int(time.time() if now is None else now)
    claims = {"iat": at - 30, "exp": at + lasts, "iss": str(github.app_id)}
    return jwt.encode(claims, key or github.private_key, algorithm="RS256")
