"""The kill campaign: people report while the bot dies by `kill -9` again and again; nothing is lost or doubled."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from asyncio.subprocess import Process
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # so that `python bench/kill.py` finds the rest

from bench.verdict import Report, Verdict, judge
from bench.workplace import environment, serving, set_up
from bot.sandbox.slack import SlackSandbox, default_seed
from bot.sandbox.slack.seed import crowd, many_channels
from storage import outbox, queue
from storage.database import open_database

SPEAKERS = 20
WRONG = ("redis node {} is down", "checkout {} fails for everyone", "search index {} is stale", "how do I read log {}?")
AT_ONCE = 0.5  # of all reports, before the first kill; the rest in between, so that no kill hits an idle bot
DIES_UNHEARD = 0.2  # of the kills: while the bot starts
POSTS = 15  # after at most so many posts the bot is killed, in the midst of others
FAULTS: tuple[dict[str, Any], ...] = ({"status": 500}, {"status": 500, "when": "after"}, {"status": 429})
QUICK = {
    "CHARGEHAND_POST_INTERVAL_SECONDS": "0.02",
    "CHARGEHAND_EDIT_INTERVAL_SECONDS": "0.02",
    "CHARGEHAND_PING_INTERVAL_SECONDS": "1",
    "CHARGEHAND_LEASE_SECONDS": "3",
    "CHARGEHAND_CALL_TIMEOUT_SECONDS": "5",
    "CHARGEHAND_LOG_LEVEL": "info",
}
LONGEST_LIFE = 2.0  # seconds that it works, at most
STARTED_WITHIN = 20.0
FINISHED_WITHIN = 120.0
UNFINISHED = {"ready", "running", "waiting", "sending"}


@dataclass
class Campaign:
    """The workspace, where the bot keeps its database and log, and what was said so far."""

    slack: SlackSandbox
    folder: Path
    channels: int
    chance: random.Random
    reports: list[Report] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "chargehand.db"

    def _serving(self) -> AbstractAsyncContextManager[Process]:
        return serving(environment(self.slack, self.folder) | QUICK, self.folder / "bot.log")

    async def run(self, *, kills: int, reports: int) -> None:
        """Kill and restart while people report, then let the last bot finish."""
        at_once = int(reports * AT_ONCE)
        shares = [(reports - at_once) * turn // kills for turn in range(kills + 1)]
        await self._say(at_once)
        for before, after in pairwise(shares):
            async with self._serving() as process:
                await self._say(after - before)
                self.slack.fail(method="chat.postMessage", **self.chance.choice(FAULTS))
                await self._moment()
                process.kill()
        self.slack.redeliver("app_mention")
        async with self._serving() as process:
            await self._idle()
            process.terminate()

    async def _say(self, count: int) -> None:
        numbers = range(len(self.reports), len(self.reports) + count)
        self.reports += await asyncio.gather(*map(self._report, numbers))

    async def _report(self, number: int) -> Report:
        channel = f"#c{number % self.channels + 1}"
        text = WRONG[number % len(WRONG)].format(f"n{number}")
        ts = await self.slack.say(f"p{3 * self.channels - number % SPEAKERS}", channel, f"@chargehand {text}")
        return Report(channel, ts, text)

    async def _moment(self) -> None:
        """Wait for a random point: while the bot starts, or right after one of its posts had its effect."""
        if self.chance.random() < DIES_UNHEARD:
            await asyncio.sleep(self.chance.uniform(0, LONGEST_LIFE))
            return
        await self.slack.until(lambda: self.slack.sockets, STARTED_WITHIN)
        enough = self._posts() + self.chance.randint(1, POSTS)
        try:
            async with asyncio.timeout(LONGEST_LIFE):
                await self.slack.until(lambda: self._posts() >= enough, timeout=FINISHED_WITHIN)
        except TimeoutError:
            return

    def _posts(self) -> int:
        return len(self.slack.calls("chat.postMessage"))

    async def _idle(self) -> None:
        """Wait until no event, no job and no call is left to do."""
        await self.slack.until(
            lambda: all(envelope.acked_at or envelope.is_lost for envelope in self.slack.envelopes), FINISHED_WITHIN
        )
        async with asyncio.timeout(FINISHED_WITHIN), open_database(self.database) as db:
            while True:
                async with db.read() as tx:
                    left = await queue.counts(tx) | await outbox.backlog(tx)
                if not UNFINISHED & left.keys():
                    return
                await asyncio.sleep(0.1)


async def campaign(folder: Path, *, kills: int, reports: int, channels: int, seed: int) -> Verdict:
    """Run one campaign with its database and log in a folder."""
    workspace = default_seed().plus(users=crowd(3 * channels), channels=many_channels(channels))
    began = time.monotonic()
    async with SlackSandbox.start(seed=workspace, redeliver_after=1.0) as slack:
        slack.duplicate_events = True
        run = Campaign(slack, folder, channels, random.Random(seed))
        await set_up(run.database, slack, channels // 2)  # the others have no team: their tickets wait for a choice
        await run.run(kills=kills, reports=reports)
        async with open_database(run.database) as db, db.read() as tx:
            return await judge(tx, slack, run.reports, kills=kills, seconds=time.monotonic() - began)


def main() -> None:
    """The command line; exit code 1 when anything was lost or doubled."""
    options = argparse.ArgumentParser(prog="python bench/kill.py", description=__doc__)
    for name, default in (("kills", 20), ("reports", 200), ("channels", 50), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--json", action="store_true")
    given = vars(options.parse_args())
    as_json = given.pop("json")
    folder = Path(tempfile.mkdtemp(prefix="chargehand-kill-"))
    verdict = asyncio.run(campaign(folder, **given))
    print(json.dumps(asdict(verdict)) if as_json else f"{verdict}\nlog and database: {folder}")
    sys.exit(0 if verdict.is_clean else 1)


if __name__ == "__main__":
    main()
