"""The baseline of `bench/ack.py`: a handler that verifies the signature, commits one row, and does nothing else."""

import asyncio
import hashlib
import hmac
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web


def keep(db: sqlite3.Connection, guid: str, body: bytes) -> None:
    """One row, one commit."""
    db.execute("INSERT INTO deliveries VALUES (?, ?)", (guid, body))
    db.commit()


async def main() -> None:
    """Serve for ever."""
    secret = os.environ["GITHUB_WEBHOOK_SECRET"].encode()
    thread = ThreadPoolExecutor(1)
    db = sqlite3.connect(os.environ["BARE_DATABASE"], check_same_thread=False)
    for line in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE deliveries (guid PRIMARY KEY, body)",
    ):
        db.execute(line)

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers["X-Hub-Signature-256"]):
            return web.Response(status=401)
        guid = request.headers["X-GitHub-Delivery"]
        await asyncio.get_running_loop().run_in_executor(thread, keep, db, guid, body)
        return web.json_response({"status": "accepted"}, status=202)

    app = web.Application(client_max_size=26 * 2**20)
    app.router.add_post("/webhooks/github", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["BARE_PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
