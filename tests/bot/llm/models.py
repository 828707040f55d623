"""Models to ask in tests: a chain as the settings would make it, whose waits between tries take no time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.limiter import Limiter
from bot.llm import open_model
from bot.llm.chain import Chain
from bot.llm.marks import Marks
from bot.settings import Settings

KEY = "sk-ant-not-a-real-key"


def settings_of(url: str, **changes: Any) -> Settings:
    values = {"anthropic_api_key": KEY, "anthropic_base_url": url, "model_fast": "claude-haiku-5-5"}
    return Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]  # pydantic-settings takes it


@asynccontextmanager
async def opened(
    url: str,
    *,
    marks: Marks | None = None,
    limiter: Limiter | None = None,
    clock: Callable[[], float] | None = None,
    **changes: Any,
) -> AsyncIterator[Chain]:
    """The chain of these settings.

    Args:
        clock: monotonic seconds of the breakers.
    """
    more = {"ticks": clock} if clock else {}
    settings = settings_of(url, **changes)
    async with open_model(settings, limiter=limiter, marks=marks, chance=lambda: 0.0, **more) as chain:
        assert chain
        yield chain


@asynccontextmanager
async def opened_of(servers: dict[str, dict[str, Any]], **changes: Any) -> AsyncIterator[Chain]:
    """A chain of these providers, in that order."""
    async with opened("http://127.0.0.1:9", llm=servers, llm_chain=",".join(servers), **changes) as chain:
        yield chain
