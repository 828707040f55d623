"""The bench runs anywhere, in its short form, and leaves no figure out. How good the figures are is no test."""

import asyncio
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FIGURES = {
    "--help ms",
    "start to ready s",
    "idle CPU %",
    "idle memory MB",
    "envelope to ack p50 ms",
    "envelope to ack p99 ms",
    "ack p50 ratio to bare",
    "mention to eyes p95 ms",
    "mention to card p95 ms",
    "20/s cards",
}


async def test_the_short_bench_prints_all_figures() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "bench/intake.py", "--short", "--json", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(bench.communicate(), 120)
    assert bench.returncode == 0
    figures = json.loads(printed.decode().splitlines()[-1])
    assert set(figures) >= FIGURES
    assert figures["20/s cards"] == "80 of 80"
