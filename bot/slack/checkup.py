"""What Slack says of our tokens, scopes, channels and socket; calls that read, and one socket that closes at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.finding import Finding, fail, ok, warn
from bot.settings import Settings
from bot.slack.client import BAD_TOKEN, CallFailed, answer, failures, open_client
from bot.slack.emoji import check_emoji
from bot.slack.scopes import SCOPES

HELLO_WITHIN = 10.0  # seconds
CLOCK_OFF = 30.0  # seconds; more than that and times in Slack and here tell different stories
SHOWN_CHANNELS = 12

MAKE_APP = "create the Slack app from `python app.py manifest` and install it"
REINSTALL = "update the app with `python app.py manifest` and install it again"


@dataclass(frozen=True)
class _Introduction:
    """What auth.test tells, in its body and its headers."""

    who: str
    scopes: frozenset[str]
    server_time: datetime | None


async def check_slack(settings: Settings, *, now: datetime) -> AsyncIterator[Finding]:
    """Everything about Slack, the tokens first; what needs a valid token is left out without one."""
    try:
        async with open_client(settings) as client:
            async for finding in _check_bot(client, settings, now):
                yield finding
            async for finding in _check_socket(client, settings):
                yield finding
    except SettingsError:
        yield fail("bot token", "SLACK_BOT_TOKEN is not set", f"{MAKE_APP}, then set SLACK_BOT_TOKEN=xoxb-…")
        if settings.slack_app_token is None:
            yield _app_token_missing()


async def _check_bot(client: AsyncWebClient, settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    try:
        me = await _introduce(client)
    except CallFailed as failure:
        yield _bad_call("bot token", failure, f"{MAKE_APP}, then set SLACK_BOT_TOKEN to its Bot User OAuth Token")
        return
    yield ok("bot token", me.who)
    for finding in _compare_scopes(me.scopes):
        yield finding
    yield await _channels(client)
    yield _compare_clocks(me.server_time, now)
    for finding in await check_emoji(client, settings):
        yield finding


async def _introduce(client: AsyncWebClient) -> _Introduction:
    with failures():
        response = await client.auth_test()
    scopes = str(response.headers.get("x-oauth-scopes", "")).split(",")
    date = response.headers.get("Date")
    return _Introduction(
        who=f"valid: {response.get('user')} in {response.get('team')}",
        scopes=frozenset(scope.strip() for scope in scopes if scope.strip()),
        server_time=parsedate_to_datetime(date) if date else None,
    )


def _compare_scopes(granted: frozenset[str]) -> list[Finding]:
    if not granted:
        return [warn("scopes", "Slack did not say which are granted", "look at the app's page, OAuth & Permissions")]
    missing = [scope for scope in SCOPES if scope.name not in granted]
    if not missing:
        return [ok("scopes", f"all {len(SCOPES)} granted")]
    return [
        (fail if scope.is_vital else warn)(f"scope {scope.name}", f"is missing, so this is off: {scope.why}", REINSTALL)
        for scope in missing
    ]


async def _channels(client: AsyncWebClient) -> Finding:
    try:
        page = await answer(client.users_conversations(types="public_channel,private_channel", limit=200))
    except CallFailed as failure:
        return warn("channels", f"cannot be listed: {failure}", REINSTALL)
    names = sorted(f"#{channel['name']}" for channel in page.get("channels", []))
    if not names:
        return warn("channels", "it is in none", "type `/invite @chargehand` where problems are reported")
    more = f" and {len(names) - SHOWN_CHANNELS} more" if len(names) > SHOWN_CHANNELS else ""
    return ok("channels", ", ".join(names[:SHOWN_CHANNELS]) + more)


def _compare_clocks(server_time: datetime | None, now: datetime) -> Finding:
    if server_time is None:
        return warn("clock", "Slack did not say what time it is", "compare this machine's clock by hand")
    seconds = (now - server_time).total_seconds()
    if abs(seconds) > CLOCK_OFF:
        way = "ahead of" if seconds > 0 else "behind"
        return warn("clock", f"{abs(seconds):.0f} s {way} Slack's", "let this machine keep time by NTP")
    return ok("clock", "agrees with Slack's")


async def _check_socket(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_app_token is None:
        yield _app_token_missing()
        return
    try:
        token = settings.slack_app_token.get_secret_value()
        opened = await answer(client.apps_connections_open(app_token=token))
    except CallFailed as failure:
        yield _bad_call(
            "app token", failure, "make an app-level token with connections:write, set SLACK_APP_TOKEN to it"
        )
        return
    yield ok("app token", "valid: sockets may be opened")
    yield await _hello(client, str(opened["url"]))


async def _hello(client: AsyncWebClient, url: str) -> Finding:
    """Open a socket until Slack greets. An event that comes meanwhile is not acknowledged, so Slack sends it again."""
    assert client.session is not None
    blocked = "let this machine open WebSockets to Slack (a proxy or firewall may stop them)"
    try:
        async with asyncio.timeout(HELLO_WITHIN), client.session.ws_connect(url) as socket:
            while True:
                greeting = json.loads(await socket.receive_str())
                if greeting.get("type") == "hello":
                    return ok("socket", _greeted(greeting))
    except TimeoutError:
        return fail("socket", f"opened, but no hello within {HELLO_WITHIN:.0f} s", blocked)
    except (aiohttp.ClientError, OSError, TypeError, ValueError) as error:
        return fail("socket", f"cannot be opened: {type(error).__name__}", blocked)


def _greeted(greeting: dict[str, object]) -> str:
    count = greeting.get("num_connections")
    return f"hello, {count} connected with this one" if isinstance(count, int) else "hello"


def _bad_call(what: str, failure: CallFailed, next_step: str) -> Finding:
    if failure.code in BAD_TOKEN:
        return fail(what, f"refused by Slack: {failure}", next_step)
    return fail(what, f"Slack does not answer: {failure}", "check the network and SLACK_API_URL, then try again")


def _app_token_missing() -> Finding:
    next_step = "on the app's page make an app-level token with connections:write, then set SLACK_APP_TOKEN=xapp-…"
    return fail("app token", "SLACK_APP_TOKEN is not set", next_step)
