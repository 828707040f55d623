"""The page of `make demo`: a small Slack and GitHub in the browser, acting in the sandbox as whoever one speaks as.

`routes` is handed to `SlackSandbox.start(routes=…)`; then the page is at `/`. It answers only this machine's own
browser: other host names, other sites' requests and anything but JSON are refused.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.github import PersonError as GitHubPersonError
from bot.sandbox.github.world import World as GitHubWorld
from bot.sandbox.page.asked import DONE, Asked
from bot.sandbox.page.deeds import DEEDS, Deed, find_person
from bot.sandbox.page.github_deeds import GITHUB_DEEDS, GitHubDeed, find_account
from bot.sandbox.page.repositories import repositories
from bot.sandbox.page.snapshot import Command, snapshot
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.refusals import PersonError, SlackTimeoutError
from bot.sandbox.slack.world import World
from bot.sandbox.wind import NoMomentError

ASSETS = Path(__file__).parent / "assets"
OWN_HOSTS = {"127.0.0.1", "localhost", "::1"}
HEARTBEAT = 20.0  # seconds; the tick also takes down statuses that have run out
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
COMMANDS = (
    Command("/chargehand report <what is wrong>", "open a ticket here"),
    Command("/chargehand list", "open tickets"),
    Command("/chargehand list mine", "tickets assigned to you"),
    Command("/chargehand show <CH-1>", "one ticket in full"),
    Command("/chargehand claim <CH-1>", "take a ticket"),
    Command("/chargehand assign <CH-1 @name>", "give it to someone"),
    Command("/chargehand status <CH-1 in progress>", "say where it stands"),
    Command("/chargehand resolve <CH-1 reason>", "done, and why"),
    Command("/chargehand close <CH-1 reason>", "nothing to do, and why"),
    Command("/chargehand reopen <CH-1 reason>", "not done after all"),
    Command("/chargehand help", "every command, with examples"),
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Wind = Callable[[str], Awaitable[None]]
Worlds = Sequence[World | GitHubWorld]


def routes(
    app: web.Application,
    slack: SlackSandbox,
    *,
    github: GitHubSandbox | None = None,
    commands: tuple[Command, ...] = COMMANDS,
    wind: Wind | None = None,
) -> None:
    """Put the page on the sandbox's own server.

    Args:
        github: shown beside the channels.
        commands: what the composer suggests after a slash.
        wind: lets time pass until a moment in words; without it the page has no clock.
    """
    streams: set[asyncio.Task[Any]] = set()
    page = web.Application(middlewares=[_own_browser_only, _say_why_not])
    page.on_response_prepare.append(_harden)
    page.on_shutdown.append(lambda _: _close(streams))
    page.router.add_static("/static", ASSETS)
    page.router.add_get("/state", partial(_state, slack, github, commands, wind))
    worlds: Worlds = [slack.world, github.world] if github else [slack.world]
    page.router.add_get("/events", partial(_events, worlds, streams))
    if wind:
        page.router.add_post("/clock", partial(_wind, slack, wind))
    for name, deed in DEEDS.items():
        page.router.add_post(f"/{name}", partial(_do, slack, deed))
    if github:
        for name, on_github in GITHUB_DEEDS.items():
            page.router.add_post(f"/github/{name}", partial(_do_on_github, slack, github, on_github))
    app.add_subapp("/page", page)
    app.router.add_get("/", _index)


async def _index(request: web.Request) -> web.StreamResponse:
    return await _own_browser_only(request, _html)


async def _html(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(ASSETS / "index.html", headers=HEADERS)


async def _state(
    slack: SlackSandbox,
    github: GitHubSandbox | None,
    commands: tuple[Command, ...],
    wind: Wind | None,
    request: web.Request,
) -> web.StreamResponse:
    user = find_person(slack, request.query.get("as", ""))
    on_github = repositories(github, user) if github else None
    clock = {"now": slack.world.now() if wind else None}
    return web.json_response(snapshot(slack, user, commands) | {"github": on_github} | clock)


async def _wind(slack: SlackSandbox, wind: Wind, request: web.Request) -> web.StreamResponse:
    asked = Asked(await request.json())
    try:
        await wind(asked.text("until"))
    except NoMomentError as error:
        raise PersonError(str(error)) from None
    except TimeoutError:
        raise PersonError("Chargehand is still busy. Please try again.") from None
    slack.world.changed()
    return web.json_response(DONE)


async def _events(worlds: Worlds, streams: set[asyncio.Task[Any]], request: web.Request) -> web.StreamResponse:
    """A line for every change of the workspace or GitHub; the page then asks for the state again."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    task = asyncio.current_task()
    assert task is not None
    streams.add(task)
    try:
        await _tick(worlds, response)
    except ConnectionResetError:
        return response  # the page was closed
    finally:
        streams.discard(task)


async def _tick(worlds: Worlds, response: web.StreamResponse) -> NoReturn:
    while True:
        changes = [asyncio.ensure_future(world.pulse.wait()) for world in worlds]
        try:
            await response.write(b"data: changed\n\n")
            await asyncio.wait(changes, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for change in changes:
                change.cancel()


async def _close(streams: set[asyncio.Task[Any]]) -> None:
    for stream in streams:
        stream.cancel()


async def _do(slack: SlackSandbox, deed: Deed, request: web.Request) -> web.StreamResponse:
    asked = Asked(await request.json())
    answer = await deed(slack, find_person(slack, asked.text("as")), asked)
    return web.json_response(answer)


async def _do_on_github(
    slack: SlackSandbox, github: GitHubSandbox, deed: GitHubDeed, request: web.Request
) -> web.StreamResponse:
    asked = Asked(await request.json())
    account = find_account(github, find_person(slack, asked.text("as")).name)
    return web.json_response(deed(github, account, asked))


@web.middleware
async def _own_browser_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps other sites out: no foreign host name (DNS rebinding), origin or form post gets through."""
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in OWN_HOSTS or origin not in (None, f"http://{request.host}"):
        return _refusal("The demo answers only to this machine's own browser.", status=403)
    if request.method == "POST" and request.content_type != "application/json":
        return _refusal("Send JSON, with the content type application/json.", status=415)
    return await handler(request)


@web.middleware
async def _say_why_not(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except json.JSONDecodeError:
        return _refusal("That is not JSON.", status=400)
    except SlackTimeoutError as error:
        return _refusal(f"Chargehand did not answer in time ({error}).", status=504)
    except (PersonError, GitHubPersonError) as error:
        return _refusal(str(error), status=400)


def _refusal(sentence: str, *, status: int) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
