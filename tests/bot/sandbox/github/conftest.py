"""A fresh GitHub for each test, its traffic held against the published description, and somebody who listens."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.github import GitHubSandbox
from tests.bot.sandbox.github.receiver import SECRET, Receiver, receiving
from tests.bot.sandbox.slack_app import Clock
from tests.openapi import Contract


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def contract() -> Contract:
    return Contract()


@pytest.fixture
async def github(clock: Clock, contract: Contract) -> AsyncIterator[GitHubSandbox]:
    async with GitHubSandbox.start(now=clock, observe=contract) as sandbox:
        yield sandbox


@pytest.fixture
async def receiver(github: GitHubSandbox) -> AsyncIterator[Receiver]:
    """Where the App's webhook goes."""
    async with receiving() as listening:
        github.deliver_to(listening.url, secret=SECRET)
        yield listening
