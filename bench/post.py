"""GitHub's side of an acknowledgement: `python bench/post.py URL --at-once 16 --count 1000` prints seconds as JSON.

The bodies are those that GitHub published, each under a new delivery id and signed before the time runs. Beside them,
with `--beside`, a body of 25 MiB is sent from a thread of its own, and the rest for as long as that takes.
"""

import argparse
import asyncio
import json
import random
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bot.github.signature import HEADER, sign
from tests.corpus import examples

SECRET = "a secret of thirty-two characters"
COMMON = ("issues", "issue_comment", "pull_request", "push", "check_run")  # they ask for work
LARGE = 25 * 2**20  # bytes


@dataclass(frozen=True)
class Letter:
    """A signed request."""

    head: bytes  # all lines but the delivery id's
    body: bytes

    def under(self, delivery_id: str) -> bytes:
        """All of it."""
        return self.head + f"X-GitHub-Delivery: {delivery_id}\r\n\r\n".encode() + self.body


def letter(path: str, event: str, body: bytes) -> Letter:
    """Written and signed as GitHub does."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "User-Agent: GitHub-Hookshot/044aadd",
        "X-GitHub-Hook-ID: 292430182",
        f"X-GitHub-Event: {event}",
        f"{HEADER}: {sign(body, SECRET.encode())}",
        f"Content-Length: {len(body)}",
    ]
    return Letter("\r\n".join([*lines, ""]).encode(), body)


def letters(path: str) -> list[Letter]:
    """One for each published payload of the common events; half of them are above 12 kB."""
    found = [letter(path, one.event, one.body) for one in examples("github.com") if one.event in COMMON]
    random.Random(1).shuffle(found)
    return found


def large_letter(path: str) -> Letter:
    """A push of very many commits."""
    commit = {"id": "9" * 40, "message": "Mend it " * 40, "author": {"name": "alice", "email": "a@example.com"}}
    one = json.dumps(commit).encode()
    count = (LARGE - 1000) // (len(one) + 1)
    return letter(path, "push", b'{"ref": "refs/heads/main", "commits": [' + b",".join([one] * count) + b"]}")


async def post(host: str, port: int, requests: Iterator[bytes], taken: list[float]) -> None:
    """One connection: the next request when the one before is answered."""
    reader, writer = await asyncio.open_connection(host, port)
    for request in requests:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        taken.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 202 "):
            raise RuntimeError(f"not accepted: {head.decode()}")
    writer.close()
    await writer.wait_closed()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def post_large(host: str, port: int, request: bytes) -> None:
    """Send it, and wait for the answer."""
    with socket.create_connection((host, port)) as there:
        there.sendall(request)
        answer = there.recv(65_536)
    if not answer.startswith(b"HTTP/1.1 202 "):
        raise RuntimeError(f"not accepted: {answer.decode()}")


async def measure(url: str, *, at_once: int, count: int, beside: bool) -> list[float]:
    """Seconds that each acknowledgement took."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    usual, large = letters(parts.path), large_letter(parts.path) if beside else None
    is_over, taken = asyncio.Event(), list[float]()

    def requests() -> Iterator[bytes]:
        for number, one in enumerate(cycle(usual)):
            if is_over.is_set() or (number >= count and not large):
                return
            yield one.under(secrets.token_hex(16))

    to_send = requests()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(post(host, port, to_send, taken))
        if large:
            await asyncio.to_thread(post_large, host, port, large.under(secrets.token_hex(16)))
            is_over.set()
    return taken


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("url")
    options.add_argument("--at-once", type=int, default=16)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--beside", action="store_true")
    given = options.parse_args()
    taken = asyncio.run(measure(given.url, at_once=given.at_once, count=given.count, beside=given.beside))
    print(json.dumps([round(seconds, 6) for seconds in taken]))


if __name__ == "__main__":
    main()
