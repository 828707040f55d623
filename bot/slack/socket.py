"""The Socket Mode connection: refused ones are tried again ever more slowly, silent ones are replaced."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from math import inf

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
from bot.metrics import SOCKET_AGE
from bot.settings import Settings
from bot.slack.client import BAD_TOKEN

log = structlog.get_logger()

SILENT_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
ACK_SECONDS = 3.0  # Slack waits no longer
TO_BE_ACKED = '"envelope_id"'


def unconnected() -> None:
    """Show from now on how long there has been no connection, until one stands."""
    began = time.time()
    SOCKET_AGE.set_function(lambda: time.time() - began)


def refused_token(error: Exception) -> str | None:
    """Slack's word for a token that will never work."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return None
    answer = error.response.data  # of a failing server: text, or nothing
    code = str(answer.get("error")) if isinstance(answer, dict) else ""
    return code if code in BAD_TOKEN else None


class Socket(SocketModeClient):
    """The SDK's client, connecting our way: the SDK retries at one fixed pace and logs a traceback each time."""

    opened_at = 0.0  # seconds since the epoch, like the SDK's time of the last pong

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
        self._unanswered = 0  # envelopes that are here and not acknowledged yet
        self.opened = asyncio.Event()  # set with each connection; whoever has seen it clears it
        self._all_answered = asyncio.Event()
        self._all_answered.set()

    async def enqueue_message(self, message: str) -> None:
        """Take in what came; an envelope has to be acknowledged from here on."""
        if TO_BE_ACKED in message:
            self._unanswered += 1
            self._all_answered.clear()
        await super().enqueue_message(message)

    def answered(self) -> None:
        """One envelope less."""
        self._unanswered -= 1
        if not self._unanswered:
            self._all_answered.set()

    async def settle(self) -> None:
        """Wait for a moment in which nothing waits for its acknowledgement, as long as Slack would wait for one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ACK_SECONDS):
                await self._all_answered.wait()

    async def check(self) -> str:
        """For /readyz: "ok", or what is wrong."""
        if not await self.is_connected():
            return "not connected"
        return "ok" if self.age(time.time()) < SILENT_SECONDS else "silent"

    def age(self, now: float) -> float:
        """Seconds since Slack's side of the connection last gave a sign of life; infinite before the first."""
        last = max(self.last_ping_pong_time or 0.0, self.opened_at)
        return now - last if last else inf

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
        self.stale, self.last_ping_pong_time, self.opened_at = False, None, time.time()
        self.opened.set()
        await self.current_session.ping(f"sdk-ping-pong:{time.time()}".encode())
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None:
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())


@asynccontextmanager
async def open_socket(app: AsyncApp, settings: Settings) -> AsyncIterator[Socket]:
    """Listen to Slack for as long as the context lasts; what was heard by its end is acknowledged.

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
        try:
            response = await run_async_bolt_app(app, request)
            await send_async_response(client, request, response, time.time())
        except aiohttp.ClientConnectionError:  # Slack sends it again elsewhere, where it is known already
            log.info("connection ended before the acknowledgement", envelope=request.envelope_id)
        finally:
            socket.answered()

    socket.socket_mode_request_listeners.append(handle)
    try:
        await socket.connect()
        SOCKET_AGE.set_function(lambda: socket.age(time.time()))
        yield socket
        await socket.settle()
    finally:
        SOCKET_AGE.set_function(lambda: 0.0)
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await socket.close()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
