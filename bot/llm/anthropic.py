"""The wire to a server that speaks the Anthropic Messages API: a question goes out, a reply comes back unjudged."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
from anthropic import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncAnthropic,
    transform_schema,
)
from pydantic import BaseModel, ValidationError

from bot.llm import faults
from bot.llm.faults import FailedCallError
from bot.llm.port import Ask, Message, Reply, Usage
from bot.llm.sent import asked_for, correlation, estimated

FAULTS = (APIError, httpx2.HTTPError, TimeoutError, ValidationError)
MARK = {"cache_control": {"type": "ephemeral"}}  # all up to here is remembered for some minutes
STOPS = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "cut",
    "refusal": "refusal",
    "model_context_window_exceeded": "too_long",
}


class _Block(BaseModel):
    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: object = None


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Message(BaseModel):
    """The part of the body that is used; the SDK's own reading would let a missing field or a page of HTML pass."""

    content: list[_Block]
    model: str
    stop_reason: str | None = None
    usage: _Usage = _Usage()


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class AnthropicWire:
    """One server."""

    def __init__(self, client: AsyncAnthropic) -> None:
        self._client = client

    async def send(self, ask: Ask, *, model: str) -> Reply:
        """One call, without a deadline of its own.

        Raises:
            FailedCallError: there is nothing to read.
        """
        try:
            raw = await self._client.messages.with_raw_response.create(
                model=model,
                max_tokens=ask.max_tokens,
                messages=cast("Any", [said for message in ask.messages for said in _message(message)]),
                extra_headers=correlation(),
                **_shape(ask),
            )
            message = _Message.model_validate_json(await raw.read())
        except FAULTS as error:
            raise _fault(error) from None
        text = "".join(block.text for block in message.content if block.type == "text")
        return Reply(
            text=text,
            calls=tuple(
                asked_for(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"
            ),
            stop=STOPS.get(message.stop_reason or "", message.stop_reason or None),
            usage=_usage(message.usage) or estimated(ask, text),
            request_id=raw.request_id,
        )

    async def count(self, ask: Ask, *, model: str) -> int | None:
        """Tokens of a question, by a call that costs nothing.

        Raises:
            FailedCallError: the server does not count.
        """
        try:
            counted = await self._client.messages.count_tokens(
                model=model,
                messages=cast("Any", [said for message in ask.messages for said in _message(message)]),
                extra_headers=correlation(),
                **_shape(ask),
            )
        except FAULTS as error:
            raise _fault(error) from None
        return counted.input_tokens

    async def models(self) -> list[str]:
        """The ids of the models there, by a call that costs nothing.

        Raises:
            FailedCallError: nobody answers there, or not to this key.
        """
        try:
            raw = await self._client.models.with_raw_response.list(limit=100)
            return [model.id for model in _Models.model_validate_json(await raw.read()).data]
        except FAULTS as error:
            raise _fault(error) from None


@asynccontextmanager
async def open_wire(*, api_key: str, base_url: str, timeout: float) -> AsyncIterator[AnthropicWire]:
    """A wire with its own connections. What the SDK would read from the environment is passed in.

    No retries by the SDK: it obeys Retry-After without a cap, which would spend a report's deadline asleep.
    """
    client = AsyncAnthropic(
        api_key=api_key or "none",  # without any the SDK refuses to call; a server of one's own may want none
        base_url=base_url.rstrip("/").removesuffix("/v1"),
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 5.0)),
        max_retries=0,
        open_telemetry=False,
    )
    async with client:
        yield AnthropicWire(client)


def _shape(ask: Ask) -> dict[str, Any]:
    """System, tools and format. With tools there is a next call, so what stays the same is marked for the cache."""
    shape: dict[str, Any] = {"system": ask.system}
    if ask.tools:
        tools: list[dict[str, Any]] = [
            {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
            for tool in ask.tools
        ]
        shape = {"system": [{"type": "text", "text": ask.system, **MARK}], "tools": [*tools[:-1], tools[-1] | MARK]}
    if ask.schema is not None:
        shape["output_config"] = {"format": {"type": "json_schema", "schema": transform_schema(dict(ask.schema))}}
    return shape


def _message(message: Message) -> list[Mapping[str, Any]]:
    rest = message.text.removeprefix(message.stable)
    if message.stable and rest.strip() and rest != message.text:
        first = {"type": "text", "text": message.stable, **MARK}
        return [{"role": message.role, "content": [first, {"type": "text", "text": rest}]}]
    if not message.calls and not message.results:
        # The API rejects empty content.
        return [{"role": message.role, "content": message.text if message.text.strip() else "(nothing)"}]
    blocks: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": result.call_id, "content": result.text, "is_error": result.is_error}
        for result in message.results
    ]
    if message.text.strip():
        blocks.append({"type": "text", "text": message.text})
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)} for call in message.calls
    ]
    return [{"role": message.role, "content": blocks}]


def _usage(told: _Usage) -> Usage | None:
    read, write = told.cache_read_input_tokens or 0, told.cache_creation_input_tokens or 0
    usage = Usage(input=told.input_tokens + read + write, output=told.output_tokens, cache_read=read, cache_write=write)
    return usage if usage.total else None


def _fault(error: Exception) -> FailedCallError:
    if isinstance(error, (TimeoutError, APITimeoutError, httpx2.TimeoutException)):
        return FailedCallError(faults.TIMED_OUT)
    if isinstance(error, APIStatusError):
        response = error.response
        return faults.refused(error.status_code, str(error.body), response.headers, request_id=error.request_id)
    if isinstance(error.__cause__, httpx2.ConnectError):
        return FailedCallError(faults.UNREACHABLE)
    if isinstance(error, (ValueError, APIResponseValidationError)):
        return FailedCallError(faults.UNREADABLE)
    return FailedCallError(faults.BROKE)
