"""How many issues a minute become triaged tickets with a card, and how soon: `bench/intake_github.py [--minutes 5]`.

Slack, GitHub and the model are sandboxes in this process, the bot is three: one with the role ingress and two workers,
or (`--one`) one with all roles. Issues are opened at a steady rate in 100 repositories, each with its channel and team.
Rules triage them; in a last part the model does.
"""

import argparse
import asyncio
import re
import resource
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlmodel import func, select

from bench.installation import PLACES, Installation, installation
from bench.table import Row, at_least, at_most, below, percentile, show
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.plausible import plausible_triage
from bot.sandbox.slack.seed import many_channels
from storage.tickets import Ticket

GOAL = 3_000  # issues a minute
TITLE = "node {} is down for everyone"
SPLIT = (("ingress",), ("worker",), ("worker",))
WARM_UP, QUICK_WARM_UP = 100, 5  # issues
SETTLES_WITHIN = 60.0  # seconds
LOOK_EVERY = 1.0  # seconds
THINKS = 2.0  # seconds, the model
MODEL_RATE, MODEL_ISSUES = 60, 60  # a minute, and all; with the usual 4 calls at once there is room for 120 a minute
TRIAGED_WITHIN = 5.0  # seconds


@dataclass
class Watch:
    """Follows issues to their cards; times are in seconds of the sandbox's clock."""

    here: Installation
    opened: dict[int, float] = field(default_factory=dict)
    shown: dict[int, float] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)  # at each look
    _seen: int = 0

    def open(self, number: int) -> None:
        """Somebody opens an issue."""
        self.opened[number] = self.here.slack.world.now()
        self.here.github.open_issue("alice", f"acme/r{1 + number % PLACES}", title=TITLE.format(number))

    def look(self) -> int:
        """Take in what was posted since the last look; how many issues still wait for their card."""
        channels = {channel.id for channel in many_channels(PLACES)}
        calls = self.here.slack.world.calls
        for call in calls[self._seen :]:
            if call.method == "chat.postMessage" and call.args.get("channel") in channels:
                found = re.search(TITLE.format(r"(\d+)"), str(call.args))
                assert found
                self.shown.setdefault(int(found[1]), call.at)
        self._seen = len(calls)
        return len(self.opened) - len(self.shown)

    async def keep_looking(self) -> None:
        """Note how many wait, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self.waiting.append(self.look())

    async def settle(self) -> None:
        """Wait for the last card; what comes later does not count."""
        with suppress(AssertionError):
            await self.here.slack.until(lambda: not self.look(), SETTLES_WITHIN)

    @property
    def taken(self) -> list[float]:
        """Seconds from each issue to its card."""
        return [at - self.opened[number] for number, at in self.shown.items()]


async def open_issues(here: Installation, *, first: int, count: int, per_minute: float) -> Watch:
    """Open so many at a steady rate, and wait for their cards."""
    watch, loop = Watch(here), asyncio.get_running_loop()
    watch._seen = len(here.slack.world.calls)
    looking, start = asyncio.create_task(watch.keep_looking()), loop.time()
    for place in range(count):
        await asyncio.sleep(max(0.0, start + place * 60 / per_minute - loop.time()))
        watch.open(first + place)
    looking.cancel()
    await watch.settle()
    return watch


async def sustained(here: Installation, *, first: int, minutes: float, per_minute: int) -> list[Row]:
    """The rate held for a time."""
    before, own = here.cpu_seconds, _own_cpu()
    watch = await open_issues(here, first=first, count=round(minutes * per_minute), per_minute=per_minute)
    number, quarter = len(watch.opened), max(1, len(watch.waiting) // 4)
    lasted = max(watch.shown.values()) - min(watch.opened.values())
    at_first, at_last = _mean(watch.waiting[:quarter]), _mean(watch.waiting[-quarter:])
    return [
        Row("issues, and their cards", f"{number} {len(watch.shown)}"),
        at_least(f"cards a minute, for {minutes:g} min", round(len(watch.shown) / lasted * 60), GOAL * 0.99),
        Row("waiting, mean of the first quarter", at_first),
        at_most("waiting, mean of the last quarter (flat: within one second's)", at_last, at_first + per_minute / 60),
        *[Row(f"issue to card p{share}, ms", percentile(watch.taken, share / 100)) for share in (50, 95, 99)],
        Row("CPU ms an issue: the bot", (here.cpu_seconds - before) / number * 1000),
        Row("CPU ms an issue: sandboxes and driver", (_own_cpu() - own) / number * 1000),
    ]


async def with_a_slow_model(here: Installation, *, count: int) -> list[Row]:
    """At a rate that the model's limits allow."""
    watch = await open_issues(here, first=0, count=count, per_minute=MODEL_RATE)
    async with here.db.read() as tx:
        by_model = (await tx.exec(select(func.count()).where(Ticket.triage_source == "model"))).one()
    name = f"model answers in {THINKS:g} s, {MODEL_RATE} issues a minute"
    return [
        Row(f"{name}: read by it", f"{by_model} of {count}"),
        *[Row(f"{name}: p{share}, ms", percentile(watch.taken, share / 100)) for share in (50, 99)],
        below(f"{name}: p95, ms", percentile(watch.taken, 0.95), TRIAGED_WITHIN * 1000),
    ]


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _mean(values: Sequence[int]) -> float:
    return round(sum(values) / len(values), 1) if values else 0.0


async def by_rules(processes: Sequence[Sequence[str]], *, warm_up: int, minutes: float, per_minute: int) -> list[Row]:
    """Without a model."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with installation(Path(folder), *processes) as here:
            await open_issues(here, first=0, count=warm_up, per_minute=600)
            return await sustained(here, first=warm_up, minutes=minutes, per_minute=per_minute)


async def by_model(processes: Sequence[Sequence[str]], *, count: int) -> list[Row]:
    """With a slow one."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with LlmSandbox.start() as llm:
            llm.answer(json=plausible_triage(TITLE), delay=THINKS)
            env = {"ANTHROPIC_API_KEY": "sk-ant-bench", "ANTHROPIC_BASE_URL": llm.url}
            async with installation(Path(folder), *processes, env=env) as here:
                return await with_a_slow_model(here, count=count)


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--rate", type=int, default=GOAL, help="issues opened a minute")
    options.add_argument("--one", action="store_true", help="the bot as one process")
    options.add_argument("--quick", action="store_true", help="some seconds, one process; the figures mean little")
    given = options.parse_args()
    minutes, slow, warm_up = (0.02, 2, QUICK_WARM_UP) if given.quick else (given.minutes, MODEL_ISSUES, WARM_UP)
    processes = ((),) if given.one or given.quick else SPLIT
    rows = asyncio.run(by_rules(processes, warm_up=warm_up, minutes=minutes, per_minute=given.rate))
    show(rows + asyncio.run(by_model(processes, count=slow)))


if __name__ == "__main__":
    main()
