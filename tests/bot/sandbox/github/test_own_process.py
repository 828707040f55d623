"""In a process of its own the sandbox is worked by HTTP: verbs, faults and records."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.github import GitHubSandbox, control
from tests.bot.sandbox.github.client import Client, client
from tests.bot.sandbox.github.receiver import SECRET, Receiver, receiving

ROOT = Path(__file__).parents[4]


@asynccontextmanager
async def _controlled() -> AsyncIterator[tuple[Client, Receiver]]:
    async with (
        GitHubSandbox.start(routes=control.routes) as github,
        client(github, "") as call,
        receiving() as receiver,
    ):
        await call("POST", "/sandbox/deliver_to", {"url": receiver.url, "secret": SECRET})
        yield call, receiver


async def test_it_serves_until_it_is_told_to_stop() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox.github", "--repositories", "2"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    url = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))["url"]
    async with client(url) as call:
        assert (await call("GET", "/repos/acme/r2/issues")).body == []
        keys = (await call("GET", "/sandbox")).body
        assert keys["private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_people_s_verbs_and_the_records_go_over_http() -> None:
    async with _controlled() as (call, receiver):
        made = await call("POST", "/sandbox/open_issue", {"by": "bob", "repo": "acme/shop", "title": "Redis"})
        assert made.body["number"] == 1
        said = {"by": "carol", "repo": "acme/shop", "number": 1, "body": "on it <!-- chargehand:7 -->"}
        await call("POST", "/sandbox/comment", said)
        pushed = await call("POST", "/sandbox/push", {"by": "bob", "repo": "acme/shop", "head": "fix"})
        assert len(pushed.body["sha"]) == 40
        await call("POST", "/sandbox/settled")
        assert sorted(receiver.events()) == ["issue_comment", "issues", "push"]
        listed = (await call("GET", "/sandbox/deliveries")).body
        assert [one["status_code"] for one in listed] == [202, 202, 202]
        assert len((await call("GET", f"/sandbox/deliveries?after={listed[-1]['id']}")).body) == 0
        assert len((await call("GET", "/sandbox/comments?containing=chargehand:7")).body) == 1


async def test_failures_are_planned_over_http() -> None:
    async with _controlled() as (call, receiver):
        await call("POST", "/sandbox/fail", {"call": "GET /meta", "status": 503})
        assert [(await call("GET", "/meta")).status for _ in range(2)] == [503, 200]
        await call("POST", "/sandbox/limit", {"per_hour": 100_000})
        assert (await call("GET", "/rate_limit")).body["rate"]["limit"] == 100_000
        assert [one["status"] for one in (await call("GET", "/sandbox/calls?call=GET /meta")).body] == [503, 200]
        await call("POST", "/sandbox/misdeliver", {"doubled": 0.5, "seed": 1})
        for title in "ABCDEFGH":
            await call("POST", "/sandbox/open_issue", {"by": "bob", "repo": "acme/shop", "title": title})
        await call("POST", "/sandbox/settled")
        assert 8 < len(receiver.heard) < 16


async def test_what_makes_no_sense_is_said() -> None:
    async with _controlled() as (call, _):
        unknown = await call("POST", "/sandbox/close_issue", {"by": "bob", "repo": "acme/shop", "number": 9})
        assert (unknown.status, unknown.body["error"]) == (400, "there is no acme/shop#9")
        assert (await call("POST", "/sandbox/open_issue", {"who": "bob"})).status == 400
