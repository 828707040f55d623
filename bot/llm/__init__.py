"""The language model, or None when no key is set: then rules do its work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.limiter import Limiter
from bot.llm.meter import Price
from bot.llm.pace import Pace
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.llm.anthropic import AnthropicModel


@asynccontextmanager
async def open_model(settings: Settings, *, limiter: Limiter | None = None) -> AsyncIterator["AnthropicModel | None"]:
    """The model that triages (`model_fast`) with the larger one behind it (`model`), closed at the end.

    With a limiter it keeps to the pace of all processes together.
    """
    if settings.anthropic_api_key is None:
        yield None
        return
    # Late, since the SDK takes a second to import, which a start without a model should not pay (docs/design.md 5).
    from bot.llm.anthropic import open_anthropic  # noqa: PLC0415

    concurrency = settings.llm_concurrency
    pace = None
    if limiter:
        pace = Pace(
            limiter=limiter,
            per_minute=settings.llm_requests_per_minute,
            tokens_per_minute=settings.llm_tokens_per_minute,
            concurrency=concurrency,
        )
    async with open_anthropic(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        name=settings.model_fast,
        larger=settings.model,
        timeout=settings.llm_deadline_seconds,
        concurrency=concurrency,
        pace=pace,
        price=Price(input=settings.llm_input_price, output=settings.llm_output_price),
    ) as model:
        yield model
