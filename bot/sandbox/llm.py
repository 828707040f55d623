"""A stand-in for a server that speaks the Anthropic Messages API: scripted answers, and every fault on cue."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.plausible import plausible

Request = dict[str, Any]  # the body of POST /v1/messages
Reply = Callable[[web.Request, Request], Awaitable[web.StreamResponse]]

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5")
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass
class _Script:
    when: str | Callable[[Request], bool] | None
    text: str
    delay: float
    times: int | None

    def fits(self, request: Request) -> bool:
        if self.times == 0:
            return False
        if self.when is None or isinstance(self.when, str):
            return (self.when or "") in said(request)
        return self.when(request)


@dataclass
class LlmSandbox:
    """The server while it runs; faults are used up in the order they were asked for, one request each.

    Attributes:
        key: the only API key that is let in; None lets in any.
        requests: the bodies of POST /v1/messages, in order; correlation_ids: what they came with.
        stalled: set while a call waits for `release`; hung_up: when a caller went away before its answer.
    """

    url: str = ""
    key: str | None = None
    requests: list[Request] = field(default_factory=list)
    correlation_ids: list[str | None] = field(default_factory=list)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _scripts: list[_Script] = field(default_factory=list)
    _faults: deque[Reply] = field(default_factory=deque)

    @classmethod
    @asynccontextmanager
    async def start(cls, *, port: int = 0) -> AsyncIterator["LlmSandbox"]:
        """Serve on the loopback interface, on a free port unless one is named."""
        llm = cls()
        application = web.Application(client_max_size=16 * 2**20)
        application.add_routes(
            [
                web.post("/v1/messages", llm._messages),
                web.post("/v1/messages/count_tokens", llm._count_tokens),
                web.get("/v1/models", llm._models),
            ]
        )
        # Handlers are cancelled when their caller goes away, which is how `hung_up` is seen.
        runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            llm.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield llm
        finally:
            llm.release()
            await runner.cleanup()

    def answer(
        self,
        *,
        when: str | Callable[[Request], bool] | None = None,
        text: str | None = None,
        json: Mapping[str, object] | None = None,
        delay: float = 0.0,
        times: int | None = None,
    ) -> None:
        """Script an answer; of those that fit the one scripted first is given, until its `times` are used up.

        Args:
            when: a part of what was said to the model, or a judge of the request; None fits every request.
            json: the answer as an object, instead of `text`.
            delay: seconds that the model thinks.
        """
        words = text if text is not None else _dumped(json or {})
        self._scripts.append(_Script(when, words, delay, times))

    def fail(self, *, status: int, retry_after: float | None = None, times: int = 1) -> None:
        """Refuse with an HTTP error."""

        async def refuse(_: web.Request, __: Request) -> web.StreamResponse:
            headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
            return _error(status, f"scripted {status}", headers=headers)

        self._faults.extend([refuse] * times)

    def stall(self, *, times: int = 1) -> None:
        """Accept the request and stay silent until `release`."""
        self._faults.extend([self._stall] * times)

    def release(self) -> None:
        """Let stalled requests have their answers."""
        self._released.set()

    def drop(self, *, times: int = 1) -> None:
        """Break the connection in the middle of the answer's body."""
        self._faults.extend([self._drop] * times)

    def corrupt(self, body: str = '{"id": "msg_1", "content": [{"ty', *, times: int = 1) -> None:
        """Answer 200 with something that is not a message."""

        async def reply(_: web.Request, __: Request) -> web.StreamResponse:
            return web.Response(text=body, content_type="application/json")

        self._faults.extend([reply] * times)

    def truncate(self, *, times: int = 1) -> None:
        """Run out of tokens half-way."""
        self._faults.extend([self._stopping("max_tokens", cut=True)] * times)

    def leave_open(self, *, times: int = 1) -> None:
        """Give the answer with no stop reason, as a broken-off stream does."""
        self._faults.extend([self._stopping(None)] * times)

    def refuse(self, *, times: int = 1) -> None:
        """Decline to answer."""
        self._faults.extend([self._stopping("refusal", cut=True)] * times)

    async def _messages(self, http: web.Request) -> web.StreamResponse:
        if not self._knows(http):
            return _error(401, "invalid API key")
        request: Request = await http.json()
        if problem := _problem(request):
            return _error(400, problem)
        self.requests.append(request)
        self.correlation_ids.append(http.headers.get("X-Correlation-ID"))
        if self._faults:
            return await self._faults.popleft()(http, request)
        return self._sent(request, await self._text(request), "end_turn")

    async def _models(self, http: web.Request) -> web.Response:
        if not self._knows(http):
            return _error(401, "invalid API key")
        models = [{"type": "model", "id": name, "display_name": name} for name in MODELS]
        return web.json_response({"data": models, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})

    async def _count_tokens(self, http: web.Request) -> web.Response:
        return web.json_response({"input_tokens": _tokens(said(await http.json()))})

    def _knows(self, http: web.Request) -> bool:
        # The SDK sends its key as a bearer token, other clients and the documentation as x-api-key.
        key = http.headers.get("x-api-key") or http.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(key) and self.key in (None, key)

    async def _text(self, request: Request) -> str:
        for script in self._scripts:
            if script.fits(request):
                script.times = None if script.times is None else script.times - 1
                await asyncio.sleep(script.delay)
                return script.text
        return _dumped(plausible(str(request["messages"][0]["content"])))

    async def _stall(self, _: web.Request, request: Request) -> web.StreamResponse:
        self.stalled.set()
        try:
            await self._released.wait()
        except asyncio.CancelledError:
            self.hung_up.set()
            raise
        finally:
            self.stalled.clear()
        return self._sent(request, await self._text(request), "end_turn")

    async def _drop(self, http: web.Request, request: Request) -> web.StreamResponse:
        body = self._sent(request, await self._text(request), "end_turn").body
        assert isinstance(body, bytes)
        response = web.StreamResponse(headers={"content-type": "application/json", "content-length": str(len(body))})
        await response.prepare(http)
        await response.write(body[: len(body) // 2])
        assert http.transport is not None
        http.transport.abort()
        return response

    def _stopping(self, reason: str | None, *, cut: bool = False) -> Reply:
        async def reply(_: web.Request, request: Request) -> web.StreamResponse:
            text = await self._text(request)
            return self._sent(request, text[: len(text) // 2] if cut else text, reason)

        return reply

    def _sent(self, request: Request, text: str, stop_reason: str | None) -> web.Response:
        number = len(self.requests)
        message = {
            "id": f"msg_{number:04}",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [{"type": "text", "text": text}],
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": _tokens(said(request)), "output_tokens": _tokens(text)},
        }
        return web.json_response(message, headers={"request-id": f"req_{number:04}"})


def said(request: Request) -> str:
    """Everything a request says to the model, the system's words first."""
    return "\n".join([str(request.get("system", "")), *(str(message["content"]) for message in request["messages"])])


def _problem(request: Request) -> str | None:
    missing = [name for name in ("model", "max_tokens", "messages") if not request.get(name)]
    if missing:
        return f"{missing[0]}: Field required"
    if request.get("stream"):
        return "stream: this stand-in answers in one piece"
    if not all(message.get("content") for message in request["messages"]):
        return "messages: text content blocks must be non-empty"
    return None


def _error(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    error = {"type": ERROR_TYPES.get(status, "api_error"), "message": message}
    body = {"type": "error", "error": error, "request_id": "req_failed"}
    return web.json_response(body, status=status, headers={"request-id": "req_failed", **(headers or {})})


def _dumped(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _tokens(text: str) -> int:
    return len(text) // 4 + 1
