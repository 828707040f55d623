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
    RateLimitError,
    transform_schema,
)
from anthropic.types import MessageParam
from pydantic import ValidationError

from bot.errors import ModelError
from bot.llm.body import Message, Models, finished
from bot.llm.breaker import Breaker
from bot.llm.meter import LastCall, Meter, Price
from bot.llm.pace import Pace
from bot.llm.port import Answer, Ask

log = structlog.get_logger(__name__)

REACH_SECONDS = 10.0
FAULTS = (APIError, httpx2.HTTPError, TimeoutError, ValidationError)
# The request's own fault: says nothing about whether the provider is up.
OUR_FAULT = frozenset({400, 413, 422})
STATUS_WORDS = {
    401: "model refused the key",
    403: "model refused the key",
    404: "model is not known",
    429: "model rate limit",
    529: "model is overloaded",
}


class AnthropicModel:
    """The models of one provider.

    Args:
        name: the id of the model that is asked first.
        larger: the id of the one that is asked what is hard; None for the same one.
        concurrency: calls of this process at the same time; more of them queue within their deadlines.
        pace: of all processes together; None where there is no database to count in.
        clock: monotonic seconds, for the breaker.
    """

    def __init__(
        self,
        client: AsyncAnthropic,
        *,
        name: str,
        larger: str | None = None,
        concurrency: int = 4,
        pace: Pace | None = None,
        price: Price | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.larger = larger or name
        self._client = client
        self._slots = asyncio.Semaphore(concurrency)
        self._pace = pace
        self._breaker = Breaker(clock)
        self._meter = Meter("anthropic", price=price or Price(), clock=clock)

    @property
    def last_call(self) -> LastCall | None:
        """How the last call went; None before the first."""
        return self._meter.last_call

    @property
    def is_left_alone(self) -> bool:
        """Whether it failed too often to be asked."""
        return self._breaker.is_open

    async def ask(self, ask: Ask, *, deadline: float) -> Answer:
        """A finished answer within `deadline` seconds, the wait for a free slot included.

        Raises:
            ModelError: its text fits the card: no payload, no key, no request id.
        """
        with self._meter.asked():
            message, request_id = await self._asked(ask, deadline)
            log.info("model answered", request_id=request_id, **message.model_dump(exclude={"content"}))
            stop_reason = finished(message.stop_reason)
        text = "".join(block.text for block in message.content if block.type == "text")
        return Answer(
            text=text,
            model=message.model,
            input_tokens=message.usage.input_tokens,
            output_tokens=message.usage.output_tokens,
            stop_reason=stop_reason,
            request_id=request_id,
        )

    async def _asked(self, ask: Ask, deadline: float) -> tuple[Message, str | None]:
        async with self._slot(deadline) as until:
            if self._breaker.refuses():
                raise ModelError("model is left alone after repeated failures")
            async with self._turn(ask, until):
                with self._meter.called():
                    return await self._served(ask, until)

    async def reachable(self) -> str:
        """What a free call, the list of models, says of these; for `doctor`.

        Raises:
            ModelError: nobody answers there, or not to this key.
        """
        try:
            async with asyncio.timeout(REACH_SECONDS):
                raw = await self._client.models.with_raw_response.list(limit=100)
                known = Models.model_validate_json(await raw.read())
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

    @asynccontextmanager
    async def _turn(self, ask: Ask, until: float) -> AsyncIterator[None]:
        if self._pace is None:
            yield
            return
        async with self._pace.turn(ask, seconds=until - asyncio.get_running_loop().time()):
            yield

    async def _served(self, ask: Ask, until: float) -> tuple[Message, str | None]:
        name = self.larger if ask.is_hard else self.name
        try:
            async with asyncio.timeout_at(until):
                raw = await self._client.messages.with_raw_response.create(
                    model=name,
                    max_tokens=ask.max_tokens,
                    system=ask.system,
                    messages=_messages(ask),
                    extra_headers=_correlation(),
                    output_config={"format": {"type": "json_schema", "schema": transform_schema(dict(ask.schema))}},
                )
                message = Message.model_validate_json(await raw.read())
        except FAULTS as error:
            status = getattr(error, "status_code", None)
            if status not in OUR_FAULT:
                self._breaker.failed()
            self._meter.answered(status, is_left_alone=self._breaker.is_open)
            request_id = getattr(error, "request_id", None)
            log.warning("model failed", model=name, why=_why(error), kind=type(error).__name__, request_id=request_id)
            if self._pace and isinstance(error, RateLimitError):
                await self._pace.refused(error.response.headers)
            raise ModelError(_why(error)) from None
        self._breaker.served()
        self._meter.answered(200, is_left_alone=False)
        usage = message.usage
        self._meter.used(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
        if self._pace and (tokens := usage.input_tokens + usage.output_tokens):
            await self._pace.used(ask, tokens)
        return message, raw.request_id


@asynccontextmanager
async def open_anthropic(
    *,
    api_key: str,
    base_url: str,
    name: str,
    larger: str | None = None,
    timeout: float,
    concurrency: int = 4,
    pace: Pace | None = None,
    price: Price | None = None,
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
        yield AnthropicModel(client, name=name, larger=larger, concurrency=concurrency, pace=pace, price=price)


def _correlation() -> dict[str, str]:
    """The id of what this call is made for, so that a proxy's log can be set beside ours."""
    known = structlog.contextvars.get_contextvars().get("correlation_id")
    return {"X-Correlation-ID": str(known)} if known else {}


def _messages(ask: Ask) -> list[MessageParam]:
    messages: list[MessageParam] = [{"role": "user", "content": ask.prompt}]
    for answer, complaint in ask.previous:
        # The API rejects empty content.
        messages.append({"role": "assistant", "content": answer.strip() or "(nothing)"})
        messages.append({"role": "user", "content": complaint})
    return messages


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
