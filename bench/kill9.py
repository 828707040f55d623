"""The kill campaign: people work while the bot's processes are killed, stopped and ended at random; nothing is lost.

Slack and GitHub are sandboxes in a process that nobody kills. Nothing is sent again by hand: what GitHub's side
recorded as failed has to come back by reconcile. Exit code 1 when anything was lost, doubled, out of order or stuck.
With a protection switched off it ends as soon as something is lost or doubled.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.balancer import balancer, free_ports
from bench.figures import Figures
from bench.fleet import KILL, STOP, TERM, Fleet, Harm, Member, running
from bench.outside import LOOK, Site, outside, told
from bench.verdict import Verdict
from bot.roles import Part
from tests.postgres import Cluster, cluster

EACH = 2  # processes of each role, so that there is always another to take over
ANY = Harm(mix={KILL: 80, STOP: 15, TERM: 5})
# Protection that can be switched off -> the kills that would need it.
BREAKS: Mapping[str, Harm] = {
    "dedupe": Harm(mix={KILL: 1}),
    "fence": Harm(mix={STOP: 1}, roles=frozenset({Part.WORKER})),
    "lookup": Harm(mix={KILL: 1}, roles=frozenset({Part.WORKER})),
    "persist": Harm(mix={KILL: 1}, roles=frozenset({Part.INGRESS})),
}
FOUND_WITHIN = 20.0  # seconds after the last kill; what a missing protection breaks may never come to rest
RESTART_EVERY = 40  # kills; of the server, with PostgreSQL
LOOK_EVERY = 2  # kills; whether the protection that is switched off is missed already


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a campaign is to be."""

    kills: int
    seed: int
    db: str = "sqlite"
    broken: str | None = None

    @property
    def harm(self) -> Harm:
        """Which kills there are."""
        return BREAKS[self.broken] if self.broken else ANY


async def campaign(plan: Plan, folder: Path) -> tuple[Figures, Verdict]:
    """Run one campaign; its log, and with SQLite its database, stay in the folder."""
    chance, roles = random.Random(plan.seed), [role for role in Part for _ in range(EACH)]
    members = [Member(role, port) for role, port in zip(roles, free_ports(len(roles)), strict=True)]
    doors = [member.port for member in members if member.role == Part.INGRESS]
    with _database(plan.db, folder) as (url, server):
        async with balancer(doors, chance) as front:
            with outside(_site(plan, url, front)) as wire:
                fleet = Fleet(members, await told(wire), folder / "bot.log", chance, plan.broken)
                async with running(fleet):
                    await fleet.ready()
                    wire.send(None)
                    await _kill(fleet, plan, wire, server=server)
                    wire.send(None)
                    await told(wire)
                wire.send(fleet.toll)
                figures, verdict = await told(wire)
                return figures, verdict


def _site(plan: Plan, url: str, front: str) -> Site:
    site = Site(kind=plan.db, database=url, front=front, seed=plan.seed)
    return replace(site, patience=FOUND_WITHIN) if plan.broken else site


async def _kill(fleet: Fleet, plan: Plan, wire: Connection, *, server: Cluster | None) -> None:
    """As many as planned; where a protection is switched off, until it is missed."""
    left = plan.kills
    while left:
        now = min(left, LOOK_EVERY if plan.broken else RESTART_EVERY)
        await fleet.harass(now, plan.harm)
        left -= now
        if plan.broken:
            wire.send(LOOK)
            if await told(wire):
                return
        elif server and left:
            await asyncio.to_thread(server.stop, signal.SIGQUIT)
            await asyncio.to_thread(server.start)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Cluster | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'chargehand.db'}", None
        return
    with cluster(settings=()) as server:  # as it is delivered: it is ended without a word
        yield server.url, server


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(prog="python bench/kill9.py", description=__doc__)
    options.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    options.add_argument("--kills", type=int, default=25)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--break", dest="broken", choices=BREAKS, help="switch one protection off: it must be found")
    options.add_argument("--json", action="store_true", help="one JSON object alone")
    given = options.parse_args()
    plan = Plan(kills=given.kills, seed=given.seed, db=given.db, broken=given.broken)
    folder = Path(tempfile.mkdtemp(prefix="chargehand-kill-"))
    print(f"log and database: {folder}", file=sys.stderr)
    figures, verdict = asyncio.run(campaign(plan, folder))
    print(json.dumps(asdict(figures) | asdict(verdict)))
    if not given.json:
        for name, value in asdict(figures).items():
            print(f"{name:20} {value}")
        print(verdict)
    sys.exit(0 if verdict.is_clean else 1)


if __name__ == "__main__":
    main()
