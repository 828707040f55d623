"""A whole installation to be measured: both sandboxes in this process, and the bot's processes beside it."""

import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.balancer import HOST, free_ports
from bench.post import SECRET
from bench.workplace import connect, environment, serving, set_up
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github.seed import default_seed as github_seed
from bot.sandbox.github.seed import many_repositories
from bot.sandbox.slack import SlackSandbox, default_seed
from bot.sandbox.slack.seed import crowd, many_channels
from storage.database import Database, open_database

PLACES = 100  # channels, each with a team and a repository
STARTS_WITHIN = 60.0  # seconds
# Nobody is counted as a stranger, so that the rate limit is not what is measured.
UNLIMITED = {"CHARGEHAND_WEBHOOK_NETWORKS": "127.0.0.0/8", "CHARGEHAND_WEBHOOK_NETWORK_RATE": "10000000/minute"}


@dataclass(frozen=True)
class Member:
    """One of the bot's processes; no roles: all of them."""

    roles: Sequence[str]
    process: Process

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """Its resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What runs. `url` is where webhooks arrive, at the first process."""

    slack: SlackSandbox
    github: GitHubSandbox
    db: Database
    members: Sequence[Member]
    url: str

    @property
    def cpu_seconds(self) -> float:
        """CPU time that all of the bot's processes have used."""
        return sum(member.cpu_seconds for member in self.members)


@asynccontextmanager
async def installation(
    folder: Path, *processes: Sequence[str], env: dict[str, str] | None = None
) -> AsyncIterator[Installation]:
    """Start everything, on a SQLite file in the folder, and wait until it hears.

    Args:
        processes: the roles of each process; no role: all of them. The first one takes the webhooks in.
        env: settings besides the usual ones.

    Raises:
        RuntimeError: a process ended that nobody had asked to.
    """
    workspace = default_seed().plus(users=crowd(3 * PLACES), channels=many_channels(PLACES))
    code = github_seed().plus(repositories=many_repositories(PLACES))
    async with AsyncExitStack() as opened:
        slack = await opened.enter_async_context(SlackSandbox.start(seed=workspace))
        github = await opened.enter_async_context(GitHubSandbox.start(seed=code))
        path = folder / "chargehand.db"
        await set_up(path, slack, PLACES)
        db = await opened.enter_async_context(open_database(path))
        await connect(db, slack, github, count=PLACES)
        ports = free_ports(len(processes))
        hooks = {"GITHUB_API_URL": github.url, "GITHUB_WEBHOOK_SECRET": SECRET}
        settings = environment(slack, folder) | UNLIMITED | hooks | (env or {})
        members, log = [], folder / "bot.log"
        for roles, port in zip(processes, ports, strict=True):
            places = {"CHARGEHAND_HTTP_PORT": str(port), "CHARGEHAND_OPS_PORT": str(port)}
            process = await opened.enter_async_context(serving(settings | places, log, *roles))
            opened.callback(_end, process)
            members.append(Member(roles, process))
        hearing = sum(not roles or "ingress" in roles for roles in processes)
        try:
            await slack.until(lambda: slack.sockets == hearing, STARTS_WITHIN)
        except AssertionError as error:
            raise RuntimeError(f"the bot does not start:\n{log.read_text()[-3000:]}") from error
        url = f"http://{HOST}:{ports[0]}/webhooks/github"
        github.deliver_to(url, secret=SECRET)
        yield Installation(slack=slack, github=github, db=db, members=members, url=url)


def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
