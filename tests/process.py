"""The bot as a process of its own, to be killed, stopped or joined by a second one."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings, env_name

APP = Path(__file__).parent.parent / "app.py"


@asynccontextmanager
async def serving(settings: Settings, log: Path) -> AsyncIterator[Process]:
    """`python app.py serve`; whoever uses it ends it, and it is over when the context is.

    Raises:
        RuntimeError: it ended with an error of its own.
    """
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, APP, "serve", env=environment(settings), cwd=log.parent, stderr=stderr
        )
    try:
        yield process
        if await process.wait() > 0:
            raise RuntimeError(f"the bot ended by itself with {process.returncode}; see {log}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """The process environment that gives a bot these settings."""
    values = {env_name(name): getattr(settings, name) for name in Settings.model_fields}
    given = {name: value for name, value in values.items() if value is not None}
    return os.environ | {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value) for name, value in given.items()
    }
