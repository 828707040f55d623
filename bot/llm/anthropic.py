"""An answer over the Anthropic Messages API: complete and in time, or a ModelError that says why in a few words."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import structlog
from anthropic import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncAnthropic,
    transform_schema,
)
from anthropic.types import MessageParam
from pydantic import BaseModel, ValidationError

from bot.errors import ModelError
from bot.llm.breaker import Breaker
from bot.llm.port import Answer, Ask

log = structlog.get_logger(__name__)

REACH_SECONDS = 10.0
FAULTS = (APIError, httpx2.HTTPError, TimeoutError, ValidationError)
FINISHED = frozenset({"end_turn", "stop_sequence"})
CUT_OFF = frozenset({None, "max_tokens", "model_context_window_exceeded"})
# The request's own fault: says nothing about whether the provider is up.
OUR_FAULT = frozenset({400, 413, 422})
STATUS_WORDS = {
    401: "model refused the key",
    403: "model refused the key",
    404: "model is not known",
    429: "model rate limit",
    529: "model is overloaded",
}


class _Block(BaseModel):
    type: str
    text: str = ""


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


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


class AnthropicModel:
    """The models of one provider.

    Args:
        name: the id of the model that is asked first.
        larger: the id of the one that is asked what is hard; None for the same one.
        concurrency: calls under way at the same time; more of them queue within their deadlines.
        clock: monotonic seconds, for the breaker.
    """

    def __init__(
        self,
        client: AsyncAnthropic,
        *,
        name: str,
        larger: str | None = None,
        concurrency: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.larger = larger or name
        self._client = client
        self._slots = asyncio.Semaphore(concurrency)
        self._breaker = Breaker(clock)

    async def ask(self, ask: Ask, *, deadline: float) -> Answer:
        """A finished answer within `deadline` seconds, the wait for a free slot included.

        Raises:
            ModelError: its text fits the card: no payload, no key, no request id.
        """
        async with self._slot(deadline) as until:
            if self._breaker.refuses():
                raise ModelError("model is left alone after repeated failures")
            message, request_id = await self._served(ask, until)
        text = "".join(block.text for block in message.content if block.type == "text")
        log.info("model answered", request_id=request_id, **message.model_dump(exclude={"content"}))
        return Answer(
            text=text,
            model=message.model,
            input_tokens=message.usage.input_tokens,
            output_tokens=message.usage.output_tokens,
            stop_reason=_finished(message.stop_reason),
            request_id=request_id,
        )

    async def reachable(self) -> str:
        """What a free call, the list of models, says of these; for `doctor`.

        Raises:
            ModelError: nobody answers there, or not to this key.
        """
        try:
            async with asyncio.timeout(REACH_SECONDS):
                raw = await self._client.models.with_raw_response.list(limit=100)
                known = _Models.model_validate_json(await raw.read())
        except FAULTS as error:
            raise ModelError(_why(error)) from None
        wanted, listed = dict.fromkeys((self.name, self.larger)), {model.id for model in known.data}
        missing = [name for name in wanted if name not in listed]
        return f"answers, but does not list {' and '.join(missing)}" if missing else f"answers, lists {self.name}"

    @asynccontextmanager
    async def _slot(self, deadline: float) -> AsyncIterator[float]:
        until = asyncio.get_running_loop().time() + deadline
        try:
            async with asyncio.timeout_at(until):
                await self._slots.acquire()
        except TimeoutError:
            raise ModelError("model is busy") from None
        try:
            yield until
        finally:
            self._slots.release()

    async def _served(self, ask: Ask, until: float) -> tuple[_Message, str | None]:
        name = self.larger if ask.is_hard else self.name
        try:
            async with asyncio.timeout_at(until):
                raw = await self._client.messages.with_raw_response.create(
                    model=name,
                    max_tokens=ask.max_tokens,
                    system=ask.system,
                    messages=_messages(ask),
                    output_config={"format": {"type": "json_schema", "schema": transform_schema(dict(ask.schema))}},
                )
                message = _Message.model_validate_json(await raw.read())
        except FAULTS as error:
            if getattr(error, "status_code", None) not in OUR_FAULT:
                self._breaker.failed()
            request_id = getattr(error, "request_id", None)
            log.warning("model failed", model=name, why=_why(error), kind=type(error).__name__, request_id=request_id)
            raise ModelError(_why(error)) from None
        self._breaker.served()
        return message, raw.request_id


@asynccontextmanager
async def open_anthropic(
    *, api_key: str, base_url: str, name: str, larger: str | None = None, timeout: float
) -> AsyncIterator[AnthropicModel]:
    """Models behind their own connections. What the SDK would read from the environment is passed in.

    No retries by the SDK: it obeys Retry-After without a cap, which would spend a report's deadline asleep.
    """
    client = AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 5.0)),
        max_retries=0,
        open_telemetry=False,
    )
    async with client:
        yield AnthropicModel(client, name=name, larger=larger)


def _messages(ask: Ask) -> list[MessageParam]:
    messages: list[MessageParam] = [{"role": "user", "content": ask.prompt}]
    for answer, complaint in ask.previous:
        # The API rejects empty content.
        messages.append({"role": "assistant", "content": answer.strip() or "(nothing)"})
        messages.append({"role": "user", "content": complaint})
    return messages


def _finished(stop_reason: str | None) -> str:
    if stop_reason in CUT_OFF:
        raise ModelError("model answer was cut off")
    if stop_reason not in FINISHED:
        word = "a refusal" if stop_reason == "refusal" else f"not text ({stop_reason})"
        raise ModelError(f"model answer was {word}")
    return str(stop_reason)


def _why(error: Exception) -> str:
    if isinstance(error, (TimeoutError, APITimeoutError, httpx2.TimeoutException)):
        return "model timed out"
    if isinstance(error, APIStatusError):
        code = error.status_code
        return f"{STATUS_WORDS.get(code) or ('model failed' if code >= 500 else 'model rejected the request')} ({code})"
    if isinstance(error.__cause__, httpx2.ConnectError):
        return "model is unreachable"
    if isinstance(error, (ValueError, APIResponseValidationError)):
        return "model answer was unreadable"
    return "model connection broke"
