"""The processes of one bot, each started again whenever it ends, and the killer that ends them."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from signal import Signals

from bench.balancer import HOST
from bench.forked import ended, serving
from bot.roles import Part

KILL, STOP, TERM = Signals.SIGKILL, Signals.SIGSTOP, Signals.SIGTERM
MOMENT = (0.05, 3.0)  # seconds until the next kill
DIES_UNHEARD = 0.2  # of the kills: whatever the process does, it may be about to start
LEASE = 3.0  # seconds; shorter than usual, so that a stopped process soon loses what it had
BEYOND_LEASE = (0.5, 2.0)  # seconds that a stopped process stays silent for longer than its lease
READY_WITHIN, ENDS_WITHIN = 120.0, 30.0
DOWN_FOR = (0.0, 2.0)  # seconds until the next one is started, which then is there much sooner than usual
MOST_EXITS = 20  # that nobody asked for
AT_ONCE = 128 + TERM  # the exit code after a second SIGTERM, which the killer may well send


@dataclass(eq=False)
class Member:
    """One process and its successors. `port` is where each of them listens."""

    role: Part
    port: int
    process: ForkServerProcess | None = None
    is_stopped: bool = False

    @property
    def pid(self) -> int | None:
        """Of the process, if it runs."""
        return self.process.pid if self.process and self.process.is_alive() else None

    async def is_ready(self) -> bool:
        """Whether it says so."""
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(HOST, self.port)
                with closing(writer):
                    writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
                    status = await reader.readline()
        except (OSError, TimeoutError):
            return False
        return b" 200 " in status


@dataclass(frozen=True, kw_only=True)
class Harm:
    """Which kills there are, by their weights, and the roles of the processes that they hit."""

    mix: Mapping[Signals, int]
    roles: frozenset[Part] = frozenset(Part)


@dataclass(frozen=True)
class Toll:
    """What was done to the processes. `exits` are the ends that nobody asked for, with their exit codes."""

    kills: Counter[str] = field(default_factory=Counter)  # "role SIGNAL" -> number
    killed_at: list[datetime] = field(default_factory=list)
    exits: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Fleet:
    """All of them."""

    members: list[Member]
    env: Mapping[str, str]
    log: Path
    chance: random.Random
    broken: str | None = None  # the protection that it lacks
    toll: Toll = field(default_factory=Toll)
    is_ending: bool = False

    async def keep(self, member: Member) -> None:
        """Start it, and again each time it ends, as a supervisor does."""
        env = {**self.env, "CHARGEHAND_HTTP_PORT": str(member.port), "CHARGEHAND_OPS_PORT": str(member.port)}
        while not self.is_ending:
            member.process = serving(("--role", member.role), env, self.log, broken=self.broken)
            code = await ended(member.process)
            member.is_stopped = False
            if code > 0 and code != AT_ONCE:
                self.toll.exits.append(f"{member.role} ended with {code}")
                if len(self.toll.exits) > MOST_EXITS:
                    raise RuntimeError(f"the bot does not stay alive; see {self.log}")
            await asyncio.sleep(self.chance.uniform(*DOWN_FOR))

    async def ready(self) -> None:
        """Wait until every process says that it is ready.

        Raises:
            TimeoutError: one of them does not come up.
        """
        async with asyncio.timeout(READY_WITHIN):
            for member in self.members:
                await _ready([member])

    async def harass(self, count: int, harm: Harm) -> None:
        """So many kills, each of any process at any moment."""
        async with asyncio.TaskGroup() as waking:
            for _ in range(count):
                victim, pid = await self._victim(harm.roles)
                how = self.chance.choices(list(harm.mix), list(harm.mix.values()))[0]
                self.toll.kills[f"{victim.role} {how.name}"] += 1
                self.toll.killed_at.append(datetime.now(UTC))
                os.kill(pid, how)
                if how == STOP and not victim.is_stopped:
                    victim.is_stopped = True
                    waking.create_task(_wake(victim, pid, LEASE + self.chance.uniform(*BEYOND_LEASE)))

    async def _victim(self, roles: frozenset[Part]) -> tuple[Member, int]:
        """At a random moment, mostly one that is at work, sometimes one that starts."""
        while True:
            victim = await self._choose([one for one in self.members if one.role in roles])
            await asyncio.sleep(self.chance.uniform(*MOMENT))
            if pid := victim.pid:
                return victim, pid

    async def _choose(self, members: Sequence[Member]) -> Member:
        if self.chance.random() < DIES_UNHEARD:
            return self.chance.choice(members)
        return self.chance.choice(await _ready(members))

    async def end(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        """Let each finish in order; who does not is killed."""
        self.is_ending = True
        for pid in [one.pid for one in self.members if one.pid]:
            os.kill(pid, Signals.SIGCONT)
            os.kill(pid, TERM)
        _, late = await asyncio.wait(keeping, timeout=ENDS_WITHIN)
        if late:
            self.toll.exits.append(f"{len(late)} processes did not end within {ENDS_WITHIN:.0f} s of SIGTERM")
        for pid in [one.pid for one in self.members if one.pid]:
            os.kill(pid, KILL)


async def _ready(members: Sequence[Member]) -> list[Member]:
    """Those that say so, as soon as there is one."""
    while True:
        if ready := [one for one in members if not one.is_stopped and await one.is_ready()]:
            return ready
        await asyncio.sleep(0.05)


async def _wake(member: Member, pid: int, after: float) -> None:
    await asyncio.sleep(after)
    if member.pid == pid:
        os.kill(pid, Signals.SIGCONT)
        member.is_stopped = False


@asynccontextmanager
async def running(fleet: Fleet) -> AsyncIterator[Fleet]:
    """Every member at work while inside, and none afterwards."""
    async with asyncio.TaskGroup() as tasks:
        keeping = [tasks.create_task(fleet.keep(member)) for member in fleet.members]
        try:
            yield fleet
        finally:
            await fleet.end(keeping)
