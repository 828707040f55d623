"""`serve` in a process of its own that has everything imported from its start: it is there in a moment, not in seconds.

A server process imports once and forks for each start; it has no threads, and holds nothing of the bot's. What is
started reads its settings, opens its database and ends as `python app.py serve` does.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app import serve
from bench.broken import switch_off
from handlers.cli import build_cli
from handlers.roles import clock, ingress, pages, worker

FORKS = get_context("forkserver")
PR_SET_PDEATHSIG = 1
FORKS.set_forkserver_preload([__name__, *(role.__name__ for role in (clock, ingress, pages, worker))])


def serving(words: Sequence[str], env: Mapping[str, str], log: Path, *, broken: str | None = None) -> ForkServerProcess:
    """Start `serve` with these words, in the folder of its log.

    Args:
        env: all of its environment.
        broken: the protection that it lacks.
    """
    return started(FORKS.Process(target=_serve, args=(words, env, log, broken), daemon=True))


def started(process: ForkServerProcess) -> ForkServerProcess:
    """Start it, and the server too if it is the first."""
    with chdir(Path(__file__).parent.parent):  # here the server finds what it imports
        process.start()
    return process


async def ended(process: ForkServerProcess) -> int:
    """Wait for it; its exit code, below zero for the signal that ended it."""
    is_over, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(process.sentinel, is_over.set)
    try:
        await is_over.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()
    return process.exitcode or 0


def _serve(words: Sequence[str], env: Mapping[str, str], log: Path, broken: str | None) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a campaign that is killed leaves nobody behind
    os.environ.clear()
    os.environ.update(env)
    os.chdir(log.parent)
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    if broken:
        switch_off(broken)
    sys.argv = ["app.py", "serve", *words]
    build_cli(serve)()
