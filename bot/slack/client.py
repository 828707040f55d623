"""One Slack client for the whole process, and what each of Slack's refusals means for us."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import CallError, SettingsError, asked_wait
from bot.metrics import API_REQUESTS
from bot.settings import Settings

log = structlog.get_logger()

Client = AsyncWebClient  # what the rest calls it, so that the SDK is imported in this folder alone

# Trying again cannot help; somebody has to change something.
FINAL = {
    "cannot_dm_bot", "cant_update_message", "channel_not_found", "edit_window_closed",
    "ekm_access_denied", "invalid_arguments", "invalid_blocks", "invalid_blocks_format", "invalid_name", "is_archived",
    "message_not_found", "missing_scope", "msg_too_long", "no_text", "not_in_channel", "restricted_action",
    "team_access_not_granted", "thread_not_found", "too_many_attachments", "too_many_reactions", "user_disabled",
    "user_not_found", "user_not_in_channel", "users_not_found",
}  # fmt: skip
BAD_TOKEN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
}
BROKEN = {"fatal_error", "internal_error", "service_unavailable"}
PATIENCE = 10.0  # seconds until we ask again where nothing of ours is at fault: no network, a token to be renewed
RATE_LIMITED = "ratelimited"
COUNTED = FINAL | BAD_TOKEN | BROKEN | {RATE_LIMITED}  # by name; the rest are counted together
# Of a reaction: it is as it should be already, or there is nothing left that could have one.
DONE = {"already_reacted", "no_reaction", "message_not_found"}


class CallFailed(CallError):  # noqa: N818
    """One call to Slack did not work."""


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """The client for the bot's token, over one shared HTTP session.

    Raises:
        SettingsError: there is no bot token.
    """
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set; `python app.py doctor` lists what is missing")
    timeout = aiohttp.ClientTimeout(total=settings.call_timeout_seconds)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            session=session,
            timeout=int(settings.call_timeout_seconds) or 1,
            retry_handlers=[],  # the outbox and the queue repeat; a repeated post would be posted twice
        )


@dataclass(frozen=True)
class Identity:
    """Who the token makes us."""

    workspace_id: str
    bot_user_id: str
    bot_id: str


async def introduce(client: AsyncWebClient) -> Identity:
    """Ask Slack who we are; wait for Slack, but not for a wrong token.

    Raises:
        SettingsError: Slack refuses the token.
    """
    pause = 1.0
    while True:
        try:
            me = await answer(client.auth_test())
            return Identity(str(me["team_id"]), str(me["user_id"]), str(me["bot_id"]))
        except CallFailed as failure:
            if failure.code in BAD_TOKEN:
                raise SettingsError(f"SLACK_BOT_TOKEN is refused by Slack: {failure.code}") from failure
            log.warning("Slack does not answer", error=failure.code, again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60.0)


def build_app(client: AsyncWebClient, me: Identity) -> AsyncApp:
    """The Bolt application that the ways in are registered on.

    It is told who we are: left to itself, Bolt asks Slack at the first event, and when Slack does not answer it
    acknowledges that event without passing it on.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=me.workspace_id,
            bot_user_id=me.bot_user_id,
            bot_id=me.bot_id,
            bot_token=client.token,
        )

    quiet = logging.getLogger("chargehand.bolt")  # Bolt warns of the token it finds in the environment
    quiet.setLevel(logging.ERROR)
    return AsyncApp(
        client=client,
        authorize=authorize,
        logger=quiet,
        name="chargehand",  # else Bolt looks through the whole stack for the name of our file, some 15 ms
        # These check requests that come by URL, or functions we do not have; Socket Mode has neither.
        ssl_check_enabled=False,
        request_verification_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )


async def answer(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Await one call of the client and return Slack's answer.

    Raises:
        CallFailed: with what the failure means.
    """
    with failures():
        response = await call
        return dict(response.data) if isinstance(response.data, dict) else {}


async def pages(ask: Callable[[str | None], Awaitable[AsyncSlackResponse]]) -> AsyncIterator[dict[str, Any]]:
    """Slack's answers page by page, to the last one.

    Args:
        ask: the call for a page, by the cursor that the page before gave.

    Raises:
        CallFailed: with what the failure means.
    """
    cursor: str | None = None
    while True:
        page = await answer(ask(cursor))
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


async def greet(client: AsyncWebClient) -> None:
    """Find out whether Slack answers, and still to this token; it costs nothing.

    Raises:
        CallFailed: it does not.
    """
    await answer(client.auth_test())


@contextmanager
def failures() -> Iterator[None]:
    """Count the call, and turn whatever the SDK and the HTTP client raise into CallFailed."""
    try:
        with _meant():
            yield
    except CallFailed as failure:
        API_REQUESTS.labels("slack", failure.code if failure.code in COUNTED else "other").inc()
        raise
    API_REQUESTS.labels("slack", "ok").inc()


@contextmanager
def _meant() -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error) from error
    except aiohttp.ClientConnectorError as error:
        raise CallFailed(f"no connection: {error}", retry_after=PATIENCE) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CallFailed(f"no answer: {type(error).__name__}", is_uncertain=True) from error


def _meaning(error: SlackApiError) -> CallFailed:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):  # a body that is no JSON, from something in front of Slack
        return CallFailed("unreadable answer", is_uncertain=True)
    status, data = response.status_code, response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error") or f"http_{status}")
    if status == 429 or code in {RATE_LIMITED, "rate_limited"}:
        return CallFailed(RATE_LIMITED, retry_after=patience(response.headers))
    if code in BAD_TOKEN:
        return CallFailed(code, retry_after=PATIENCE)
    if code in FINAL:
        needed = f" (needs {data['needed']})" if data.get("needed") else ""
        return CallFailed(code + needed, is_final=True)
    return CallFailed(code, is_uncertain=status >= 500 or code in BROKEN)


def patience(headers: Mapping[str, str]) -> float:
    """How long Slack asks us to wait, in seconds."""
    return asked_wait({name.lower(): value for name, value in headers.items()}, now=datetime.now(UTC))
