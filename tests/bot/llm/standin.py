"""A server with models for the tests of the port: both APIs over a real socket, answers as they were put there."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]
Answered = Callable[[Body], web.Response]

USAGE = {"input_tokens": 30, "output_tokens": 10}
STOPS = {"end": ("end_turn", "stop"), "tools": ("tool_use", "tool_calls"), "cut": ("max_tokens", "length")}


@dataclass
class Standin:
    """What is put here is said in that order; after that the last of it again.

    Attributes:
        requests: the bodies of the calls, in order.
        models: what it lists.
    """

    url: str = ""
    models: tuple[str, ...] = ("m",)
    requests: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    _answers: deque[Callable[[Body, bool], web.Response]] = field(default_factory=deque)

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Standin"]:
        here = cls()
        application = web.Application()
        application.add_routes(
            [
                web.post("/v1/messages", here._messages),
                web.post("/v1/chat/completions", here._completions),
                web.get("/v1/models", here._models),
            ]
        )
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield here
        finally:
            await runner.cleanup()

    def says(self, text: str = "", *, calls: Mapping[str, Any] | None = None, stop: str | None = "usual") -> None:
        """An answer: words, and calls by the tools' names; a stop of None is none at all."""

        def answer(body: Body, is_chat: bool) -> web.Response:
            made = _completion if is_chat else _message
            wanted = stop if stop != "usual" else "tools" if calls else "end"
            return web.json_response(made(text, dict(calls or {}), wanted), headers={"request-id": "req_1"})

        self._answers.append(answer)

    def fails(
        self, status: int, *, text: str = "no", param: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        error = {"type": "error", "error": {"type": "bad", "message": text, "param": param}}
        self._answers.append(lambda _, __: web.json_response(error, status=status, headers=headers))

    def garbles(self) -> None:
        """Something that is no answer."""
        self._answers.append(lambda _, __: web.Response(text="<html>Welcome</html>", content_type="application/json"))

    async def _messages(self, http: web.Request) -> web.Response:
        return await self._said(http, is_chat=False)

    async def _completions(self, http: web.Request) -> web.Response:
        return await self._said(http, is_chat=True)

    async def _said(self, http: web.Request, *, is_chat: bool) -> web.Response:
        body: Body = await http.json()
        self.requests.append(body)
        self.keys.append(http.headers.get("authorization", "") or http.headers.get("x-api-key", ""))
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        return answer(body, is_chat)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": name} for name in self.models]})


def _message(text: str, calls: dict[str, Any], stop: str | None) -> Body:
    blocks: list[Body] = [{"type": "text", "text": text}] if text else []
    blocks += [{"type": "tool_use", "id": f"toolu_{n}", "name": n, "input": given} for n, given in calls.items()]
    reason = STOPS.get(stop or "", (stop, stop))[0]
    return {"content": blocks, "model": "m", "stop_reason": reason, "usage": USAGE}


def _completion(text: str, calls: dict[str, Any], stop: str | None) -> Body:
    said: Body = {"role": "assistant", "content": text or None}
    if calls:
        said["tool_calls"] = [
            {
                "id": f"call_{name}",
                "type": "function",
                "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
            }
            for name, given in calls.items()
        ]
    usage = {"prompt_tokens": 30, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 20}}
    reason = STOPS.get(stop or "", (stop, stop))[1]
    return {"choices": [{"message": said, "finish_reason": reason}], "usage": usage}
