"""The bot and its scripts as processes of their own, forked from one that has everything imported."""

import asyncio
import os
import runpy
import signal
import sys
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from asyncio.streams import FlowControlMixin
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, set_start_method
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import IO

from pydantic import SecretStr

from bench import forked
from bot.sandbox.quiet import quiet
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings, env_name
from storage.database import open_database


@dataclass(frozen=True)
class Served:
    """A process that runs `serve`."""

    process: ForkServerProcess

    @property
    def returncode(self) -> int | None:
        """None while it runs; below zero for the signal that ended it."""
        return self.process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.terminate()

    def kill(self) -> None:
        """End it."""
        self.process.kill()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await forked.ended(self.process)


@asynccontextmanager
async def serving(settings: Settings, log: Path, *roles: str) -> AsyncIterator[Served]:
    """`serve` with these settings and roles, or all; whoever uses it ends it, and it is over when the context is.

    Raises:
        RuntimeError: it ended with an error of its own.
    """
    words = [f"--role={role}" for role in roles]
    served = Served(forked.serving(words, environment(settings), log))
    try:
        yield served
        if await served.wait() > 0:
            raise RuntimeError(f"the bot ended by itself with {served.returncode}; see {log}")
    finally:
        if served.returncode is None:
            served.kill()
            await served.wait()


async def comes_once(
    slack: SlackSandbox, settings: Settings, logs: Path, heard: Callable[[], list[int]], *, kill_after: int
) -> None:
    """Hold it against what is hard: Slack says wait, and of two processes one is killed in the midst of it.

    Args:
        heard: how many each of those who should hear it once has.
        kill_after: how many there are in all when one process is killed.
    """
    slack.fail(method="chat.postMessage", status=429, retry_after=1, times=3)
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(serving(settings, logs / f"{name}.log")) for name in ("first", "second")
        ]
        await slack.until(lambda: sum(heard()) >= kill_after, timeout=120)
        first.kill()
        await slack.until(lambda: min(heard()) >= 1, timeout=120)
        db = await stack.enter_async_context(open_database(settings.database, settings.connections))
        await quiet(slack, db, timeout=60)
        second.terminate()
    assert set(heard()) == {1}


@dataclass(frozen=True)
class Script:
    """A Python file at work, with the streams and the manners of asyncio's own subprocesses."""

    process: ForkServerProcess
    stdin: StreamWriter
    stdout: StreamReader
    stderr: StreamReader

    @property
    def returncode(self) -> int | None:
        """None while it runs; below zero for the signal that ended it."""
        return self.process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, if it is still there."""
        if self.process.pid and self.returncode is None:
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await forked.ended(self.process)

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it has still said on its two streams, once it has ended."""
        self.stdin.close()
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err


async def begun(path: Path, *words: str, env: Mapping[str, str] = os.environ) -> Script:
    """Start a Python file as `asyncio.create_subprocess_exec` does, where everything is imported already."""
    (reads, heard), (out, writes), (err, warns) = (forked.FORKS.Pipe(duplex=False) for _ in range(3))
    theirs = (reads, writes, warns)
    target = forked.FORKS.Process(target=_attached, args=(path, words, dict(env), Path.cwd(), theirs), daemon=True)
    process = forked.started(target)
    for end in theirs:
        end.close()
    return Script(process, await _writer(heard), await _reader(out), await _reader(err))


async def _reader(pipe: Connection) -> StreamReader:
    reader = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: StreamReaderProtocol(reader), _file(pipe, "rb"))
    return reader


async def _writer(pipe: Connection) -> StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(FlowControlMixin, _file(pipe, "wb"))
    return StreamWriter(transport, protocol, None, loop)


def _file(pipe: Connection, mode: str) -> IO[bytes]:
    with pipe:
        return os.fdopen(os.dup(pipe.fileno()), mode, buffering=0)


def script(path: Path, *words: str, env: Mapping[str, str] = os.environ, within: float) -> CompletedProcess[str]:
    """Run a Python file to its end as `subprocess.run` does, where everything is imported already.

    Raises:
        TimeoutError: it took more than so many seconds.
    """
    with TemporaryDirectory(prefix="chargehand-script-") as name:
        folder = Path(name)
        process = forked.started(forked.FORKS.Process(target=_run, args=(path, words, dict(env), Path.cwd(), folder)))
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{path.name} takes longer than {within:g} s")
        out, err = ((folder / stream).read_text() for stream in ("out", "err"))
    return CompletedProcess([str(path), *words], process.exitcode, out, err)


def _run(path: Path, words: Sequence[str], env: Mapping[str, str], cwd: Path, streams: Path) -> None:
    for stream, name in ((sys.stdout, "out"), (sys.stderr, "err")):
        with (streams / name).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    _become(path, words, env, cwd)


def _attached(
    path: Path, words: Sequence[str], env: Mapping[str, str], cwd: Path, ends: tuple[Connection, ...]
) -> None:
    for number, end in enumerate(ends):
        with end:
            os.dup2(end.fileno(), number)
    sys.stdin = os.fdopen(0)
    _become(path, words, env, cwd)


def _become(path: Path, words: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv, sys.path[0] = [str(path), *words], str(path.parent)
    _fork_here_too()
    runpy.run_path(str(path), run_name="__main__")


def _fork_here_too() -> None:
    """What it starts comes from the same server; by itself it would start one of its own, which imports anew."""
    set_start_method("forkserver", force=True)
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[method-assign]


def environment(settings: Settings) -> dict[str, str]:
    """The process environment that gives a bot these settings."""
    values = {env_name(name): getattr(settings, name) for name in Settings.model_fields}
    given = {name: value for name, value in values.items() if value is not None}
    return os.environ | {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value) for name, value in given.items()
    }
