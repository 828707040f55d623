"""A bot in a process of its own, working for a sandbox workspace in this one."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github.seed import many_repositories
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import crowd, default_seed, many_channels
from storage import migrate, people, workspace
from storage.database import Database, open_database
from storage.people import Person, Team
from storage.repositories import Repository

ROOT = Path(__file__).parent.parent
CHANNELS = 100


@dataclass
class Workplace:
    """The sandbox, the bot's process and the names of the channels."""

    slack: SlackSandbox
    process: asyncio.subprocess.Process
    channels: list[str]
    ready_after: float  # seconds from the start of the process to its open socket

    def cpu_seconds(self) -> float:
        """CPU time the bot has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident memory of the bot."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def environment(slack: SlackSandbox, folder: Path) -> dict[str, str]:
    """What the bot's process needs to find the sandbox."""
    return os.environ | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "ANTHROPIC_API_KEY": "",
        "DATABASE_URL": f"sqlite:///{folder / 'chargehand.db'}",
        "CHARGEHAND_HTTP_PORT": "0",
        "CHARGEHAND_LOG_LEVEL": "error",
    }


@asynccontextmanager
async def workplace(command: list[str] | None = None, *, teams: int = CHANNELS) -> AsyncIterator[Workplace]:
    """Start everything: a channel and a team each, with a manager and two responders.

    Args:
        command: what to run for the bot; `app.py serve` when not given.
    """
    seed = default_seed().plus(users=crowd(3 * teams), channels=many_channels(teams))
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with SlackSandbox.start(seed=seed) as slack:
            path = Path(folder) / "chargehand.db"
            await set_up(path, slack, teams)
            started = asyncio.get_running_loop().time()
            process = await asyncio.create_subprocess_exec(
                *(command or [sys.executable, "app.py", "serve"]), env=environment(slack, Path(folder)), cwd=ROOT
            )
            try:
                await slack.until(lambda: slack.sockets, timeout=30)
                ready = asyncio.get_running_loop().time() - started
                yield Workplace(slack, process, [f"#{channel.name}" for channel in many_channels(teams)], ready)
            finally:
                await _end(process)


@asynccontextmanager
async def serving(env: dict[str, str], log: Path, *roles: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python app.py serve` with these roles, or all; whoever uses it ends it, and it is over when the context is.

    Raises:
        RuntimeError: it ended with an error of its own.
    """
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "app.py"), "serve", *(f"--role={role}" for role in roles)),
            env=env,
            cwd=log.parent,
            stdout=out,
            stderr=out,
        )
    try:
        yield process
        if await process.wait() > 0:
            raise RuntimeError(f"the bot ended by itself with {process.returncode}; see {log}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), timeout=30)
    except TimeoutError:
        process.kill()
        await process.wait()


async def set_up(where: Path | str, slack: SlackSandbox, count: int) -> None:
    """The database of a workspace whose first channels have a team each."""
    await asyncio.to_thread(migrate.upgrade, where)
    now = datetime.now(UTC)
    channels, persons = many_channels(count), crowd(3 * count)
    async with open_database(where) as db, db.write() as tx:
        await workspace.adopt(tx, slack.workspace_id)
        for number, channel in enumerate(channels):
            name = f"Team {number}"
            team = Team(
                workspace_id=slack.workspace_id,
                name=name,
                slug=people.slug_of(name),
                channel_id=channel.id,
                created_at=now,
            )
            members = [
                Person(
                    workspace_id=slack.workspace_id, slack_id=user.id, name=user.name, created_at=now, refreshed_at=now
                )
                for user in persons[3 * number : 3 * number + 3]
            ]
            tx.add_all([team, *members])
            await tx.flush()
            for person, role in zip(members, ("manager", "responder", "responder"), strict=True):
                await people.give_role(tx, person, team, role=role)


async def connect(db: Database, slack: SlackSandbox, github: GitHubSandbox, *, count: int) -> None:
    """A repository for each of the first channels."""
    async with db.write() as tx:
        for channel, there in zip(many_channels(count), many_repositories(count), strict=True):
            repository = Repository(
                workspace_id=slack.workspace_id,
                github_id=github.repository(there.full_name).id,
                host="127.0.0.1",
                full_name=there.full_name,
                installation_id=github.installation.id,
                channel_id=channel.id,
                created_at=datetime.now(UTC),
            )
            tx.add(repository)
