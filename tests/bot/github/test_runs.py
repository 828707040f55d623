"""A log is read from where GitHub says, if that is a place for logs."""

import asyncio
from typing import Any

import pytest

from bot.events import GitHubRepository
from bot.github.client import open_github
from bot.github.failures import CallFailed
from bot.github.runs import job_log
from bot.settings import Settings

SHOP = GitHubRepository(github_id=1, full_name="acme/shop", host="github.com")


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "named no address"),
        ("http://127.0.0.1.example.com/log", "named no address"),
        ("/logs/1", "named no address"),
        ("", "named no address"),
        ("{home}/elsewhere", "http_302: the log cannot be read"),
        ("https://127.0.0.1:1/log", "cannot be reached: ConnectError"),
    ],
)
async def test_no_other_place_is_asked(location: str, why: str) -> None:
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode())
        there = location.format(home=home)
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        home = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings: Any = {"github_api_url": home, "github_token": "ghp_any"}
        async with open_github(Settings(_env_file=None, **settings)) as client:
            with pytest.raises(CallFailed, match=why):
                await job_log(client, SHOP, 7)
    assert asked == ["/repos/acme/shop/actions/jobs/7/logs"] + ["/elsewhere"] * ("elsewhere" in location)
