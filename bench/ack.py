"""How soon GitHub hears that its delivery is stored, beside a bare handler that commits one row: `python bench/ack.py`.

Milliseconds, from the first byte of a published payload to the end of its answer, with 1, 16 and 64 connections. The
bot (a process with the role ingress), the baseline and the driver are a process each; they are measured in turn.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.balancer import HOST, free_ports
from bench.installation import installation
from bench.post import SECRET
from bench.table import Row, at_most, below, percentile, show, wants_quick
from bench.workplace import ROOT

AT_ONCE = (1, 16, 64)
ROUNDS, ACKS = 6, 1500  # of each, in turn; acknowledgements in a round
QUICK_ROUNDS, QUICK_ACKS = 1, 64
LARGE_ROUNDS = 5
BESIDE_LARGE = 4  # connections whose acknowledgements a large body could hold up
RATIOS = {1: (3.0, None), 16: (1.5, 2.5), 64: (None, None)}  # aims at p50 and p99
P99_AT_64 = 100.0  # ms
DELAY = 50.0  # ms


async def drive(url: str, *words: str) -> list[float]:
    """Seconds that acknowledgements took, asked for by a process of its own."""
    command = [sys.executable, str(ROOT / "bench/post.py"), url, *words]
    driver = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await driver.communicate()
    if driver.returncode:
        raise RuntimeError(f"the driver ended with {driver.returncode}")
    return [float(seconds) for seconds in json.loads(printed)]


@asynccontextmanager
async def bare_door(folder: Path) -> AsyncIterator[str]:
    """The URL of the baseline, with its database in the folder."""
    (port,) = free_ports(1)
    env = {"GITHUB_WEBHOOK_SECRET": SECRET, "BARE_DATABASE": str(folder / "bare.db"), "BARE_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(ROOT / "bench/bare_door.py"), env=os.environ | env
    )
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield f"http://{HOST}:{port}/webhooks/github"
    finally:
        process.kill()
        await process.wait()


async def compare(ours: str, bare: str, at_once: int, *, rounds: int, acks: int) -> list[Row]:
    """Both with so many connections, in turn."""
    words = ("--at-once", str(at_once), "--count", str(acks))
    taken: dict[str, list[float]] = {ours: [], bare: []}
    for _ in range(rounds):
        for url in (ours, bare):
            taken[url] += await drive(url, *words)
    here, there = ([percentile(taken[url], share) for share in (0.5, 0.99)] for url in (ours, bare))
    name, (at_p50, at_p99) = f"{at_once} at once", RATIOS[at_once]
    return [
        Row(f"{name}: p50 ms, bare p50 ms", f"{here[0]:.2f} {there[0]:.2f}"),
        Row(f"{name}: p99 ms, bare p99 ms", f"{here[1]:.2f} {there[1]:.2f}"),
        _ratio(f"{name}: ratio at p50", here[0] / there[0], at_p50),
        _ratio(f"{name}: ratio at p99", here[1] / there[1], at_p99),
        *([below(f"{name}: p99 ms", here[1], P99_AT_64)] if at_once == 64 else []),
        Row(f"{name}: a second, bare", f"{_rate(taken[ours], at_once):.0f} {_rate(taken[bare], at_once):.0f}"),
    ]


def _ratio(name: str, value: float, aim: float | None) -> Row:
    return at_most(name, value, aim) if aim else Row(name, value)


def _rate(taken: Sequence[float], at_once: int) -> float:
    return at_once * len(taken) / sum(taken)


async def beside_large(url: str, *, rounds: int, acks: int) -> list[Row]:
    """The slowest acknowledgement while 25 MiB are taken in, against the usual one: the median of several tries."""
    words = ("--at-once", str(BESIDE_LARGE))
    usual = await drive(url, *words, "--count", str(acks))
    slowest = sorted([max(await drive(url, *words, "--beside")) for _ in range(rounds)])[rounds // 2]
    name = f"{BESIDE_LARGE} at once beside a body of 25 MiB"
    return [
        Row(f"{name}: slowest ms", slowest * 1000),
        Row(f"{name}: slowest ms without it", max(usual) * 1000),
        below(f"{name}: slowest over the usual p50, ms", slowest * 1000 - percentile(usual, 0.5), DELAY),
    ]


async def measure(*, is_quick: bool) -> list[Row]:
    """All rows."""
    rounds, acks = (QUICK_ROUNDS, QUICK_ACKS) if is_quick else (ROUNDS, ACKS)
    rows = []
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as name:
        folder = Path(name)
        async with installation(folder, ["ingress"]) as here, bare_door(folder) as bare:
            for url in (here.url, bare):
                await drive(url, "--count", str(acks))
            for at_once in AT_ONCE:
                rows += await compare(here.url, bare, at_once, rounds=rounds, acks=acks)
            rows += await beside_large(here.url, rounds=1 if is_quick else LARGE_ROUNDS, acks=acks)
    return rows


def main() -> None:
    """The command line."""
    show(asyncio.run(measure(is_quick=wants_quick(__doc__, "a minute at most; the figures mean little"))))


if __name__ == "__main__":
    main()
