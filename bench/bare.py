"""The baseline of `bench.intake`: a Bolt app that commits one row an envelope and does nothing else."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiosqlite
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    path = os.environ["DATABASE_URL"].removeprefix("sqlite:///") + ".bare"
    async with aiosqlite.connect(path, isolation_level=None) as db:
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE seen (key TEXT PRIMARY KEY)"):
            await db.execute(line)
        client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
        app = AsyncApp(client=client)

        @app.middleware
        async def keep(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
            await db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (body.get("event_id"),))
            return BoltResponse(status=200, body="")

        await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
