"""The bot as a process of its own, to be killed, stopped or joined by a second one."""

import os
from asyncio.subprocess import Process
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from pydantic import SecretStr

from bench import workplace
from bot.settings import Settings, env_name


def serving(settings: Settings, log: Path, *roles: str) -> AbstractAsyncContextManager[Process]:
    """`python app.py serve` with these settings and roles; whoever uses it ends it."""
    return workplace.serving(environment(settings), log, *roles)


def environment(settings: Settings) -> dict[str, str]:
    """The process environment that gives a bot these settings."""
    values = {env_name(name): getattr(settings, name) for name in Settings.model_fields}
    given = {name: value for name, value in values.items() if value is not None}
    return os.environ | {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value) for name, value in given.items()
    }
