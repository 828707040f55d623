"""A fresh workspace for each test, and a clock that stands still until told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.sandbox.slack import SlackSandbox


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(now=clock) as workspace:
        yield workspace
