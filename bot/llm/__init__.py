"""The language model, or None when no key is set: then rules do its work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.llm.anthropic import AnthropicModel


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncIterator["AnthropicModel | None"]:
    """The model that triages (`model_fast`) with the larger one behind it (`model`), closed at the end."""
    if settings.anthropic_api_key is None:
        yield None
        return
    # Late, since the SDK takes a second to import, which a start without a model should not pay (docs/design.md 5).
    from bot.llm.anthropic import open_anthropic  # noqa: PLC0415

    async with open_anthropic(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        name=settings.model_fast,
        larger=settings.model,
        timeout=settings.llm_deadline_seconds,
    ) as model:
        yield model
