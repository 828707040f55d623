"""A command line in an empty folder, with no setting but those a test gives."""

import asyncio
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import serve
from bot.sandbox.slack import SlackSandbox
from handlers.cli import build_cli
from tests.files import put_newest
from tests.process import Script, begun, script

ROOT = Path(__file__).parents[3]
OPERATOR = f"operator:{pwd.getpwuid(os.getuid()).pw_name}"  # who runs these tests, as the audit record has it
APP = str(ROOT / "app.py")
DATABASE = Path("data/chargehand.db")  # in that folder
OURS = ("SLACK_", "ANTHROPIC_", "GITHUB_", "CHARGEHAND_", "DATABASE_URL")


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)


@pytest.fixture
def newest() -> None:
    """A database where the verbs look for one; to make it anew takes longer than most of them."""
    put_newest(DATABASE)


@pytest.fixture
def run() -> Run:
    """Run a verb in this process; not for `serve` and `demo`, which set up logs for good."""

    def invoke(*args: str, answer: str | None = None, **settings: str) -> Outcome:
        result = CliRunner().invoke(build_cli(serve), args, input=answer, env=settings)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return invoke


def python(*args: str, within: float = 60, **settings: str) -> Outcome:
    """Python as a process of its own, to its end, which comes within so many seconds."""
    done = subprocess.run(
        [sys.executable, *args], env=os.environ | settings, capture_output=True, text=True, check=False, timeout=within
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def app(*args: str, within: float = 60, **settings: str) -> Outcome:
    """`python app.py …` to its end, in a process that has no imports to wait for."""
    done = script(Path(APP), *args, env=os.environ | settings, within=within)
    return Outcome(done.returncode, done.stdout, done.stderr)


async def started(*args: str, **settings: str) -> Script:
    """`python app.py …` as a process of its own, which has no imports to wait for."""
    return await begun(Path(APP), *args, env=os.environ | settings)


async def ended(process: Script) -> Outcome:
    """What a process left when it was done."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return Outcome(process.returncode or 0, out.decode(), err.decode())


def connected(slack: SlackSandbox) -> dict[str, str]:
    """The settings that lead to a sandbox."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "CHARGEHAND_HTTP_PORT": "0",
    }
