"""The Socket Mode connection: refused ones are tried again ever more slowly, silent ones are replaced."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.client import BAD_TOKEN

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


def refused_token(error: Exception) -> str | None:
    """Slack's word for a token that will never work."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return None
    answer = error.response.data  # of a failing server: text, or nothing
    code = str(answer.get("error")) if isinstance(answer, dict) else ""
    return code if code in BAD_TOKEN else None


class Socket(SocketModeClient):
    """The SDK's client, connecting our way: the SDK retries at one fixed pace and logs a traceback each time."""

    def __init__(
        self,
        *,
        app_token: str,
        web_client: AsyncWebClient,
        ping_interval: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Connect later; `sleep` passes the seconds between two attempts."""
        quiet = logging.getLogger("chargehand.socket")
        quiet.setLevel(logging.ERROR)
        super().__init__(app_token=app_token, web_client=web_client, ping_interval=ping_interval, logger=quiet)
        self._sleep = sleep

    async def check(self) -> str:
        """For /readyz: "ok", or what is wrong."""
        return "ok" if await self.is_connected() else "not connected"

    async def connect(self) -> None:
        """Open a connection, however long it takes; the old one is closed first.

        Raises:
            SettingsError: Slack refused the app token before any connection stood.
        """
        pause = FIRST_PAUSE
        while not self.closed:
            try:
                await self._open()
                return
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
                if self.current_session is None and (code := refused_token(error)):
                    raise SettingsError(f"SLACK_APP_TOKEN is refused by Slack: {code}") from error
                log.warning("socket refused", error=str(error).splitlines()[0][:200], again_in=pause)
                await self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Reconnect, once for all who notice that it is needed."""
        before = self.current_session
        async with self.connect_operation_lock:
            if self.current_session is before and (force or not await self.is_connected()):
                await self.connect()

    async def _open(self) -> None:
        if self.current_session is not None:
            await self.current_session.close()
        opened = await self.web_client.apps_connections_open(app_token=self.app_token)
        self.wss_uri = str(opened["url"])
        self.current_session = await self.aiohttp_client_session.ws_connect(
            self.wss_uri, autoping=False, proxy=self.proxy
        )
        self.stale, self.last_ping_pong_time = False, None
        await self.current_session.ping(f"sdk-ping-pong:{time.time()}".encode())
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None:
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())


@asynccontextmanager
async def open_socket(app: AsyncApp, settings: Settings) -> AsyncIterator[Socket]:
    """Listen to Slack for as long as the context lasts.

    Raises:
        SettingsError: there is no app token.
    """
    if settings.slack_app_token is None:
        raise SettingsError("SLACK_APP_TOKEN is not set; `python app.py doctor` lists what is missing")
    socket = Socket(
        app_token=settings.slack_app_token.get_secret_value(),
        web_client=app.client,
        ping_interval=settings.ping_interval_seconds,
    )

    async def handle(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        response = await run_async_bolt_app(app, request)
        await send_async_response(client, request, response, time.time())

    socket.socket_mode_request_listeners.append(handle)
    try:
        await socket.connect()
        yield socket
    finally:
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await socket.close()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
