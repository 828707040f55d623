"""A fresh workspace for each test, and a clock that stands still until told."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.bot.sandbox.slack_app import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(now=clock) as workspace:
        yield workspace
