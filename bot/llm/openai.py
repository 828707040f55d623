"""The wire to a server that speaks OpenAI's chat completions, as llama.cpp, Ollama, vLLM and OpenAI do."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from bot.llm import faults
from bot.llm.faults import FailedCallError
from bot.llm.port import Ask, Message, Reply, Usage
from bot.llm.sent import asked_for, correlation, estimated

CONNECT_SECONDS = 5.0
STOPS = {
    "stop": "end",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "cut",
    "content_filter": "refusal",
}
# Parameters that some servers refuse, and what they want instead; None: nothing.
OTHERWISE: Mapping[str, str | None] = {"temperature": None, "max_tokens": "max_completion_tokens"}


class _Function(BaseModel):
    name: str
    arguments: str | dict[str, object] | None = None  # a string by the book; some servers send the object


class _Call(BaseModel):
    id: str | None = None
    function: _Function


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None


class _Completion(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class OpenAIWire:
    """One server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._refused: set[str] = set()  # keys of OTHERWISE that this server would not take

    async def send(self, ask: Ask, *, model: str) -> Reply:
        """One call, without a deadline of its own; again when the server will not take a parameter.

        Raises:
            FailedCallError: there is nothing to read.
        """
        body = self._suited(_body(ask, model=model))
        try:
            told, request_id = await self._call("POST", "chat/completions", json=body)
        except _ParameterError as refused:
            self._refused.add(refused.name)
            return await self.send(ask, model=model)
        try:
            completion = _Completion.model_validate_json(told)
            [choice, *_] = completion.choices
        except (ValidationError, ValueError):
            raise FailedCallError(faults.UNREADABLE, request_id=request_id) from None
        return _reply(ask, choice, completion.usage, request_id)

    async def count(self, ask: Ask, *, model: str) -> int | None:
        """Servers of this kind do not count."""
        return None

    async def models(self) -> list[str]:
        """The ids of the models there, by a call that costs nothing.

        Raises:
            FailedCallError: nobody answers there, or not to this key.
        """
        told, _ = await self._call("GET", "models")
        try:
            return [model.id for model in _Models.model_validate_json(told).data]
        except ValidationError:
            raise FailedCallError(faults.UNREADABLE) from None

    async def _call(self, method: str, path: str, **more: Any) -> tuple[bytes, str | None]:
        try:
            async with self._session.request(method, path, headers=correlation(), **more) as response:
                told, request_id = await response.read(), response.headers.get("x-request-id")
                status, headers = response.status, response.headers
        except TimeoutError:
            raise FailedCallError(faults.TIMED_OUT) from None
        except aiohttp.ClientConnectorError:
            raise FailedCallError(faults.UNREACHABLE) from None
        except (aiohttp.ClientError, ConnectionError):
            raise FailedCallError(faults.BROKE) from None
        if status < 400:
            return told, request_id
        if status == 400 and (name := _parameter(told)) in OTHERWISE.keys() - self._refused:
            raise _ParameterError(name)
        raise faults.refused(status, told.decode("utf-8", "replace"), headers, request_id=request_id)

    def _suited(self, body: Mapping[str, Any]) -> dict[str, Any]:
        names = {name: OTHERWISE[name] if name in self._refused else name for name in body}
        return {wanted: body[name] for name, wanted in names.items() if wanted}


class _ParameterError(Exception):
    """The server does not take a parameter of OTHERWISE."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@asynccontextmanager
async def open_wire(*, api_key: str, base_url: str, timeout: float) -> AsyncIterator[OpenAIWire]:
    """A wire with its own connections, to a URL with or without its `/v1`."""
    whole = base_url.rstrip("/")
    base = f"{whole}/" if whole.count("/") > 2 else f"{whole}/v1/"
    limits = aiohttp.ClientTimeout(total=None, sock_connect=min(timeout, CONNECT_SECONDS), sock_read=timeout)
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    async with aiohttp.ClientSession(base, headers=headers, timeout=limits) as session:
        yield OpenAIWire(session)


def _body(ask: Ask, *, model: str) -> dict[str, Any]:
    said = [one for message in ask.messages for one in _messages(message)]
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": ask.max_tokens,
        "messages": [{"role": "system", "content": ask.system}, *said],
    }
    if ask.is_structured or ask.is_deterministic:
        body["temperature"] = 0
    if ask.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.schema)},
            }
            for tool in ask.tools
        ]
    if ask.schema is not None:
        schema = {"name": "answer", "schema": dict(ask.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _messages(message: Message) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": result.call_id, "content": result.text} for result in message.results
    ]
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)},
        }
        for call in message.calls
    ]
    if calls:
        said.append({"role": message.role, "content": message.text or None, "tool_calls": calls})
    elif message.text.strip() or not said:
        said.append({"role": message.role, "content": message.text if message.text.strip() else "(nothing)"})
    return said


def _reply(ask: Ask, choice: _Choice, usage: _Usage | None, request_id: str | None) -> Reply:
    said = choice.message
    calls = tuple(
        asked_for(call.id or "", call.function.name, _given(call.function.arguments)) for call in said.tool_calls or ()
    )
    stop = STOPS.get(choice.finish_reason or "", choice.finish_reason or None)
    if said.refusal:
        stop = "refusal"
    elif calls and stop == "end":  # some servers say "stop" beside their calls
        stop = "tools"
    text = said.refusal or said.content or ""
    return Reply(text=text, calls=calls, stop=stop, usage=_used(usage) or estimated(ask, text), request_id=request_id)


def _given(arguments: str | dict[str, object] | None) -> object:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


def _used(told: _Usage | None) -> Usage | None:
    if told is None or not told.prompt_tokens + told.completion_tokens:
        return None
    cached = (told.prompt_tokens_details and told.prompt_tokens_details.cached_tokens) or 0
    return Usage(input=told.prompt_tokens, output=told.completion_tokens, cache_read=cached)


def _parameter(body: bytes) -> str:
    """The parameter that an error body is about; empty when it is about none."""
    try:
        error = json.loads(body)["error"]
        return str(error.get("param") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
