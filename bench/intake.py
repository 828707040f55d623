"""Figures for intake: how soon people see something, how much fits, what an acknowledgement costs.

`python bench/intake.py [--json] [--short]`: the sandbox runs in this process, the bot in another. Latencies are in
milliseconds. The ratio compares the acknowledgement with a bare Bolt app that commits one row, in the same run.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.workplace import ROOT, Workplace, workplace
from bot.sandbox.slack.socket import Envelope

BURST = 16  # envelopes at once
Figures = dict[str, float | str]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, in milliseconds."""
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000, 1)


async def report_at(place: Workplace, rate: float, seconds: float, *, name: str) -> dict[str, tuple[str, float]]:
    """Report at a steady rate, each time in another channel; message timestamp -> channel and time said."""
    loop, said = asyncio.get_running_loop(), {}
    start = loop.time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - loop.time()))
        channel = place.channels[number % len(place.channels)]
        at = place.slack.world.now()
        ts = await place.slack.say("frank", channel, f"@chargehand {name} {number}: node {number} is down for everyone")
        said[f"{channel} {ts}"] = (channel, at)
    return said


def delays(place: Workplace, said: dict[str, tuple[str, float]]) -> tuple[list[float], list[float]]:
    """Seconds from each report to its eyes and to its card."""
    ids = {place.slack.channel(channel).id: channel for channel in place.channels}
    eyes, cards = [], []
    for call in place.slack.calls():
        channel = ids.get(str(call.args.get("channel")))
        root = call.args.get("timestamp") if call.method == "reactions.add" else call.args.get("thread_ts")
        if (known := said.get(f"{channel} {root}")) is None:
            continue
        if call.method == "reactions.add" and call.args.get("name") == "eyes":
            eyes.append(call.at - known[1])
        elif call.method == "chat.postMessage":
            cards.append(call.at - known[1])
    return eyes, cards


async def settle(place: Workplace, said: dict[str, tuple[str, float]], *, within: float) -> float | None:
    """Seconds until the last card is there; None when it does not come in time."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while loop.time() - start < within:
        if len(delays(place, said)[1]) >= len(said):
            return loop.time() - start
        await asyncio.sleep(0.25)
    return None


async def steady(place: Workplace, seconds: float) -> Figures:
    """Five reports a second: what a person waits."""
    said = await report_at(place, 5, seconds, name="steady")
    await settle(place, said, within=20)
    eyes, cards = delays(place, said)
    return {"mention to eyes p95 ms": percentile(eyes, 0.95), "mention to card p95 ms": percentile(cards, 0.95)}


async def sustained(place: Workplace, rate: float, seconds: float) -> Figures:
    """A rate held for a time: the backlog at its end, as the time that the last card is late."""
    before = place.cpu_seconds()
    said = await report_at(place, rate, seconds, name=f"at {rate:g}")
    late = await settle(place, said, within=30)
    _, cards = delays(place, said)
    key = f"{rate:g}/s"
    return {
        f"{key} cards": f"{len(cards)} of {len(said)}",
        f"{key} last card late by s": "never" if late is None else round(late, 1),
        f"{key} card p95 ms": percentile(cards, 0.95) if cards else "none",
        f"{key} bot CPU ms per report": round((place.cpu_seconds() - before) / len(said) * 1000, 1),
    }


async def highest(place: Workplace, seconds: float) -> Figures:
    """The highest rate whose last card is there within two seconds."""
    held, limit = 0.0, "the bot's one Python process (CPU)"
    for rate in (25.0, 30.0, 35.0, 40.0, 50.0):
        said = await report_at(place, rate, seconds, name=f"ramp {rate:g}")
        late = await settle(place, said, within=20)
        if late is None or late > 2:
            break
        held = rate
    return {"highest rate that holds /s": held or "20", "limited by": limit}


def _all_acked(sent: Sequence[Envelope]) -> bool:
    return all(envelope.acked_at for envelope in sent)


async def burst(place: Workplace, rounds: int) -> list[float]:
    """Seconds from envelope to acknowledgement, sixteen envelopes at once."""
    taken = []
    for number in range(rounds):
        known = len(place.slack.envelopes)
        for one in range(BURST):
            await place.slack.say("frank", place.channels[one], f"chatter {number} {one}")
        sent = place.slack.envelopes[known:]
        await place.slack.until(partial(_all_acked, sent), timeout=20)
        taken += [(envelope.acked_at or 0.0) - (envelope.sent_at or 0.0) for envelope in sent]
        await asyncio.sleep(0.1)
    return taken


async def idle(place: Workplace, seconds: float) -> Figures:
    """What it costs when nobody says anything."""
    before = place.cpu_seconds()
    await asyncio.sleep(seconds)
    share = (place.cpu_seconds() - before) / seconds * 100
    return {"idle CPU %": round(share, 2), "idle memory MB": round(place.memory_mb(), 1)}


async def help_time(tries: int) -> float:
    """Seconds of `app.py --help`, the best of so many."""
    loop, taken = asyncio.get_running_loop(), []
    for _ in range(tries):
        start = loop.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "app.py", "--help", cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
        )
        await process.wait()
        taken.append(loop.time() - start)
    return min(taken)


async def measure(*, is_short: bool) -> Figures:
    """All figures, in the order in which people ask for them."""
    figures: Figures = {"--help ms": round(await help_time(1 if is_short else 5) * 1000, 1)}
    rounds = 2 if is_short else 40
    async with workplace([sys.executable, "-P", str(Path(__file__).parent / "bare.py")]) as place:
        await burst(place, 1 if is_short else 3)
        bare = await burst(place, rounds)
    async with workplace() as place:
        figures["start to ready s"] = round(place.ready_after, 2)
        figures |= await idle(place, 1 if is_short else 20)
        await burst(place, 1 if is_short else 3)
        ours = await burst(place, rounds)
        figures["envelope to ack p50 ms"], figures["envelope to ack p99 ms"] = (
            percentile(ours, 0.5),
            percentile(ours, 0.99),
        )
        figures["bare Bolt app p50 ms"] = percentile(bare, 0.5)
        figures["ack p50 ratio to bare"] = round(statistics.median(ours) / statistics.median(bare), 2)
        figures |= await steady(place, 1 if is_short else 20)
        figures |= await sustained(place, 20, 1 if is_short else 60)
        if not is_short:
            figures |= await highest(place, 10)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes; for CI")
    chosen = parser.parse_args()
    figures = asyncio.run(measure(is_short=chosen.short))
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:34} {value}")


if __name__ == "__main__":
    main()
