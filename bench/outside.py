"""Slack, GitHub, the people there and the judge, in a process that nobody kills.

What is said over the wire, in this order: the bot's environment; `None` once the bot is there; `LOOK`, any number of
times, answered by whether a fault is there already; `None` when the kills are over; `None` back when all is quiet, or
at once where a fault was found; the toll of the kills; figures and verdict.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from agent.github.reconcile import ask_for
from bench.figures import measure
from bench.fleet import LEASE, Toll
from bench.forked import FORKS
from bench.people import SHARE, People
from bench.verdict import Verdict, judge, unstored
from bench.workplace import connect, set_up
from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.github.courier import Mischief
from bot.sandbox.github.seed import default_seed as github_seed
from bot.sandbox.github.seed import many_repositories
from bot.sandbox.slack import SlackSandbox, default_seed
from bot.sandbox.slack.seed import crowd, many_channels
from storage import gaps, outbox, queue
from storage.database import Database, open_database
from storage.gaps import ASKED, Gap

PLACES = 6  # channels with a team and a repository each; Slack is read back at 40 conversations a minute
SETTLE, DRAIN = 1.0, 3.0  # seconds; with the lease, all that the campaign may shorten
GIVE_UP_AFTER = 3.0  # seconds that GitHub waits for an answer: less than a stopped process sleeps
FAULT_EVERY = (1.0, 6.0)  # seconds
SLACK_FAULTS: tuple[dict[str, Any], ...] = ({"status": 500}, {"status": 500, "when": "after"}, {"status": 429})
SLACK_CALLS = ("chat.postMessage", "chat.update", "reactions.add", "reactions.remove")
COMMENTS = "POST /repos/*/comments"
GITHUB_FAULTS = (
    Fault(call=COMMENTS, kind="status", when="after"),
    Fault(call=COMMENTS, kind="reset", when="after"),
    Fault(call=COMMENTS, kind="reset"),
    Fault(call=COMMENTS, kind="slow", seconds=SETTLE / 2, when="after"),
    Fault(call=COMMENTS, kind="secondary", status=429, retry_after=1),
)
LOOK = "look"
FINISHED_WITHIN = 900.0  # seconds; at Slack's pace the threads of 200 open tickets are read back in five minutes
SECRET = "a secret of thirty-two characters"
UNFINISHED = {"ready", "running", "waiting", "sending"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the bot is: its database, and the URL in front of the processes that hear GitHub."""

    kind: str
    database: str
    front: str
    seed: int
    patience: float = FINISHED_WITHIN


@contextmanager
def outside(site: Site) -> Iterator[Connection]:
    """The wire to it; it is gone when the context ends."""
    ours, theirs = FORKS.Pipe()
    process = FORKS.Process(target=_run, args=(site, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


async def told(wire: Connection) -> Any:
    """What the other end says next.

    Raises:
        EOFError: it is gone; why is on stderr.
    """
    return await asyncio.to_thread(wire.recv)


def _run(site: Site, wire: Connection) -> None:
    asyncio.run(_campaign(site, wire))


async def _campaign(site: Site, wire: Connection) -> None:
    began, chance = datetime.now(UTC), random.Random(site.seed)
    async with _places(site) as (slack, github):
        people = People(slack, github, PLACES, chance)
        wire.send(_environment(site, slack, github))
        await told(wire)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(people.live(over))
            tasks.create_task(_fail(people, over))
            found = await _looked(site, wire, people)
            over.set()
        async with open_database(site.database) as db:
            missing = [] if found else await _settled(db, people, since=began, patience=site.patience)
            wire.send(None)
            toll: Toll = await told(wire)
            seconds = (datetime.now(UTC) - began).total_seconds()
            async with db.read() as tx:
                figures = await measure(tx, people, toll, db=site.kind, seed=site.seed, seconds=seconds)
                wire.send((figures, found or await judge(tx, people, unstored=missing)))


async def _looked(site: Site, wire: Connection, people: People) -> Verdict | None:
    """What was found while the kills went on: nothing that is doubled by then, or gone at two looks, mends itself."""
    found, before = None, set[str]()
    while await told(wire) == LOOK:
        async with open_database(site.database) as db, db.read() as tx:
            doubled = (await judge(tx, people)).doubled
            missing = set(await unstored(tx, people.slack, people.github))
        lost, before = sorted(missing & before), missing
        if doubled or lost:
            found = Verdict(lost=lost, doubled=doubled, out_of_order=[], stuck=[])
        wire.send(found is not None)
    return found


@asynccontextmanager
async def _places(site: Site) -> AsyncIterator[tuple[SlackSandbox, GitHubSandbox]]:
    """Both sandboxes, in which each channel has a team and a repository, and the bot's database knows of them."""
    workspace = default_seed().plus(users=crowd(3 * PLACES), channels=many_channels(PLACES))
    code = github_seed().plus(repositories=many_repositories(PLACES))
    async with (
        SlackSandbox.start(seed=workspace) as slack,
        GitHubSandbox.start(seed=code, give_up_after=GIVE_UP_AFTER) as github,
    ):
        github.misdeliver(Mischief(doubled=SHARE, late=SHARE, chance=random.Random(site.seed).random))
        github.deliver_to(f"{site.front}/webhooks/github", secret=SECRET)
        await set_up(site.database, slack, PLACES)
        async with open_database(site.database) as db:
            await connect(db, slack, github, count=PLACES)
        yield slack, github


def _environment(site: Site, slack: SlackSandbox, github: GitHubSandbox) -> dict[str, str]:
    """What the processes need to find everything; lease, settle and drain are shorter than usual, nothing else is."""
    return os.environ | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "GITHUB_API_URL": github.url,
        "GITHUB_APP_ID": str(github.app_id),
        "GITHUB_PRIVATE_KEY": github.private_key,
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "CHARGEHAND_WEBHOOK_NETWORKS": "127.0.0.0/8",  # this GitHub's
        "CHARGEHAND_GITHUB_COMMENT": "true",
        "ANTHROPIC_API_KEY": "",
        "DATABASE_URL": site.database,
        "CHARGEHAND_LEASE_S": str(LEASE),
        "CHARGEHAND_EFFECT_SETTLE_S": str(SETTLE),
        "CHARGEHAND_DRAIN_S": str(DRAIN),
    }


async def _fail(people: People, over: asyncio.Event) -> None:
    """Slack and GitHub have their faults, too."""
    chance = people.chance
    while not over.is_set():
        await asyncio.sleep(chance.uniform(*FAULT_EVERY))
        people.slack.fail(method=chance.choice(SLACK_CALLS), **chance.choice(SLACK_FAULTS))
        people.github.fail(chance.choice(GITHUB_FAULTS))


async def _settled(db: Database, people: People, *, since: datetime, patience: float) -> list[str]:
    """Let the bot finish, and fetch what it missed.

    Returns:
        what had been acknowledged and was not there before anything was fetched.
    """
    _say("no more kills")
    people.slack.mend()
    people.github.mend()
    await people.github.settled(60)
    await _idle(db, people, patience=patience)
    _say("quiet")
    async with db.read() as tx:
        missing = await unstored(tx, people.slack, people.github)
    await _reconcile(db, people.slack, since=since)
    await _idle(db, people, patience=patience)
    _say("reconciled")
    return missing


async def _idle(db: Database, people: People, *, patience: float) -> None:
    """Wait until nothing is left to do; what is stuck by then the verdict names."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        async with db.read() as tx:
            left = await queue.counts(tx) | await outbox.backlog(tx)
            is_open = await gaps.unclosed(tx, "github") or await gaps.unclosed(tx, "slack")
        waiting = any(not one.acked_at and not one.is_lost for one in people.slack.envelopes)
        if not (UNFINISHED & left.keys() or waiting or is_open):
            return


async def _reconcile(db: Database, slack: SlackSandbox, *, since: datetime) -> None:
    """Have what failed fetched, as after a gap; Slack's part, which takes long, only if it gave something up."""
    lost = any(one.is_lost for one in slack.envelopes)
    now, team = datetime.now(UTC), slack.workspace_id
    async with db.write() as tx:
        for source in ("github", "slack") if lost else ("github",):
            await gaps.note(tx, Gap(workspace_id=team, source=source, reason=ASKED, since=since, until=now))
        await ask_for(tx, workspace_id=team, now=now)


def _say(what: str) -> None:
    print(f"{time.monotonic():.1f} {what}", file=sys.stderr)
