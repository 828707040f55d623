"""A small app on the sandbox, made of the real slack_sdk and Bolt: it notes what it hears and answers as told."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

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


def web_client(slack: SlackSandbox, *, token: str | None = None, timeout: int = 30) -> AsyncWebClient:
    """Slack's own client, pointed at the sandbox."""
    return AsyncWebClient(token=token or slack.bot_token, base_url=slack.api_url, timeout=timeout)


async def error_of(call: Any) -> str:
    """The error code with which the Web API refuses a call."""
    try:
        answer = await call
    except SlackApiError as refused:
        return str(refused.response["error"])
    raise AssertionError(f"not refused: {answer.data}")


@dataclass
class Ear:
    """One socket; everything heard is in `heard`, and `acks` says which envelopes are acknowledged."""

    acks: Callable[[SocketModeRequest], bool] = lambda _: True
    heard: list[SocketModeRequest] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The inner events, in order of arrival."""
        return [request.payload["event"] for request in self.heard if request.type == "events_api"]

    async def hear(self, client: Any, request: SocketModeRequest) -> None:
        """Note an envelope and acknowledge it if that is wanted."""
        self.heard.append(request)
        if self.acks(request):
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))


@asynccontextmanager
async def listening(slack: SlackSandbox, ear: Ear | None = None, *, ping_interval: float = 5) -> AsyncIterator[Ear]:
    """Open one socket with slack_sdk's client."""
    ear = ear or Ear()
    client = SocketModeClient(slack.app_token, web_client=web_client(slack), ping_interval=ping_interval)
    client.socket_mode_request_listeners.append(ear.hear)
    before = slack.sockets
    await client.connect()
    await slack.until(lambda: slack.sockets > before)
    try:
        yield ear
    finally:
        await client.close()


@asynccontextmanager
async def running(slack: SlackSandbox, app: AsyncApp) -> AsyncIterator[None]:
    """Run a Bolt app on one socket."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.until(lambda: slack.sockets)
    try:
        yield
    finally:
        await handler.close_async()


def bolt_app(slack: SlackSandbox) -> AsyncApp:
    """A Bolt app without listeners."""
    return AsyncApp(client=web_client(slack))


def button(label: str, action_id: str, value: str = "") -> dict[str, Any]:
    """A Block Kit button."""
    named = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": label}}
    return named | ({"value": value} if value else {})


def section(text: str) -> dict[str, Any]:
    """A Block Kit section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    """A Block Kit row of controls."""
    return {"type": "actions", "elements": list(elements)}
