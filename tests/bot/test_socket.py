"""A refused socket is tried again after 1, 2, 4 … 60 seconds, and from 1 again once a connection stood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import SettingsError
from bot.sandbox.slack import SlackSandbox
from bot.slack.socket import Socket
from tests.bot.sandbox.slack_app import web_client

OPEN = "apps.connections.open"


@asynccontextmanager
async def unconnected(slack: SlackSandbox, pauses: list[float]) -> AsyncIterator[Socket]:
    """A socket that notes its pauses instead of waiting."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    socket = Socket(app_token=slack.app_token, web_client=web_client(slack), ping_interval=5, sleep=pause)
    try:
        yield socket
    finally:
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await socket.close()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


async def test_pauses_double_up_to_a_minute_and_stay_there(slack: SlackSandbox) -> None:
    pauses: list[float] = []
    async with unconnected(slack, pauses) as socket:
        slack.fail(method=OPEN, status=500, times=9)
        await socket.connect()
        assert await socket.check() == "ok"
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_after_a_connection_stood_the_pauses_begin_again(slack: SlackSandbox) -> None:
    pauses: list[float] = []
    async with unconnected(slack, pauses) as socket:
        slack.fail(method=OPEN, status=500, times=3)
        await socket.connect()
        slack.fail(method=OPEN, error="internal_error", times=2)
        await socket.connect_to_new_endpoint(force=True)
        assert await socket.check() == "ok"
    assert pauses == [1, 2, 4, 1, 2]


async def test_a_token_that_never_works_is_not_tried_again(slack: SlackSandbox) -> None:
    pauses: list[float] = []
    async with unconnected(slack, pauses) as socket:
        slack.fail(method=OPEN, error="invalid_auth")
        with pytest.raises(SettingsError, match="SLACK_APP_TOKEN is refused by Slack: invalid_auth"):
            await socket.connect()
    assert pauses == []
