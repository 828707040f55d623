"""Models to ask in tests: a chain as the settings would make it, whose waits between tries take no time."""

from collections.abc import AsyncIterator
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
    **changes: Any,
) -> AsyncIterator[Chain]:
    """The chain of these settings; with a limiter, what all processes share is that of the workspace T1."""
    settings = settings_of(url, **changes)
    async with open_model(settings, limiter=limiter, workspace_id="T1", marks=marks, chance=lambda: 0.0) as chain:
        assert chain
        yield chain


@asynccontextmanager
async def opened_of(
    servers: dict[str, dict[str, Any]], *, limiter: Limiter | None = None, **changes: Any
) -> AsyncIterator[Chain]:
    """A chain of these providers, in that order."""
    order = ",".join(servers)
    async with opened("http://127.0.0.1:9", limiter=limiter, llm=servers, llm_chain=order, **changes) as chain:
        yield chain
