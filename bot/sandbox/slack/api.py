"""Where the app knocks: the Web API with its tokens, scopes and error codes, sockets, uploads and response URLs."""

import asyncio
from functools import partial
from typing import Any

from aiohttp import web

from bot.sandbox.slack import answers, files
from bot.sandbox.slack.arguments import Arguments, read_arguments
from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.lookup import need_scope
from bot.sandbox.slack.message import Payload
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.world import Call, World

# They open nothing but the sandbox.
BOT_KEY = "xoxb-sandbox-1"
APP_KEY = "xapp-sandbox-1"
LARGEST_REQUEST = 4 * 1024 * 1024


class Api:
    """Answers the app's calls, records each, and fails them on cue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.enforces_rate = False
        self.stopping = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where the app knocks."""
        return [
            web.route("*", "/api/{method}", self._call),
            web.get("/link/", self.world.socket.serve),
            web.post("/actions/{token}", partial(answers.receive, self.world)),
            web.get("/files/{file}", partial(files.download, self.world)),
            web.post("/upload/{file}", partial(files.receive, self.world)),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, token = request.match_info["method"], _token(request)
        try:
            args = await read_arguments(request)
        except ApiError as refused:
            return self._answered(method, Arguments({}), refused.code, refused.details)
        fault = self.faults.take(method, self._where(args))
        if fault and fault.when == "before":
            return await self._fail(method, args, fault)
        try:
            answer = {"ok": True, **self._run(method, token or args.text("token"), args)}
        except ApiError as refused:
            return self._answered(method, args, refused.code, refused.details)
        if fault:
            return await self._fail(method, args, fault)
        self._record(method, args, answer)
        return web.json_response(answer, headers=self._headers(method))

    def _where(self, args: Arguments) -> str:
        where = str(args.given.get("channel") or args.given.get("channel_id") or "")
        return self.world.dm_with(self.world.users[where]).id if where in self.world.users else where

    def _run(self, method: str, token: str, args: Arguments) -> Payload:
        if method == "apps.connections.open":
            return self._connection_url(token)
        if method not in METHODS:
            raise ApiError("unknown_method", req_method=method)
        _check_token(token, BOT_KEY, other=APP_KEY)
        if scope := METHODS[method].scope:
            need_scope(self.world, scope)
        if method == "chat.postMessage" and self.enforces_rate:
            self._pace(args)
        return METHODS[method].run(self.world, args)

    def _connection_url(self, token: str) -> Payload:
        _check_token(token, APP_KEY, other=BOT_KEY)
        return {"url": f"{self.world.url.replace('http', 'ws', 1)}/link/?ticket={self.world.next_id('t')}"}

    def _pace(self, args: Arguments) -> None:
        channel = self.world.channels.get(args.text("channel"))
        if channel is None:
            return
        if self.world.now() - channel.last_post_at < 1.0:
            raise ApiError("ratelimited", retry_after=1)
        channel.last_post_at = self.world.now()

    async def _fail(self, method: str, args: Arguments, fault: Fault) -> web.StreamResponse:
        if fault.hang:
            self._record(method, args, None)
            await self.stopping.wait()
        if fault.status >= 500:
            self._record(method, args, {"ok": False, "error": f"HTTP {fault.status}"})
            return web.Response(status=fault.status, text="the server had a problem")
        is_limit = fault.status == 429 or fault.error == "ratelimited"
        details: dict[str, Any] = {"retry_after": fault.retry_after} if is_limit else {}
        return self._answered(method, args, "ratelimited" if is_limit else fault.error, details)

    def _answered(self, method: str, args: Arguments, code: str, details: Payload) -> web.Response:
        retry_after = details.pop("retry_after", None)
        answer = {"ok": False, "error": code, **details}
        self._record(method, args, answer)
        headers = self._headers(method) | ({"Retry-After": str(retry_after)} if retry_after is not None else {})
        return web.json_response(answer, status=429 if retry_after is not None else 200, headers=headers)

    def _headers(self, method: str) -> dict[str, str]:
        needed = METHODS[method].scope if method in METHODS else ""
        return {"x-oauth-scopes": ",".join(sorted(self.world.scopes)), "x-accepted-oauth-scopes": needed}

    def _record(self, method: str, args: Arguments, answer: Payload | None) -> None:
        given = {name: value for name, value in args.given.items() if name != "token"}
        self.world.calls.append(Call(method, given, self.world.now(), answer))
        self.world.changed()


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _check_token(token: str, right: str, *, other: str) -> None:
    if not token:
        raise ApiError("not_authed")
    if token == other:
        raise ApiError("not_allowed_token_type")
    if token != right:
        raise ApiError("invalid_auth")
