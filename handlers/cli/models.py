"""What `doctor` finds of the models by calls that cost nothing, and `llm check` by a trial of a few tokens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import ModelError
from bot.finding import Finding, off, ok, warn
from bot.llm import open_model
from bot.llm.marks import Marks
from bot.llm.provider import Provider
from bot.llm.trial import Found, is_listed, listed, tried
from bot.settings import Settings
from bot.settings.read import MODEL
from handlers.cli.hooks import is_ready
from storage.database import open_database

OFF = off(
    "model",
    MODEL,
    "set ANTHROPIC_API_KEY=sk-ant-… to turn it on, or CHARGEHAND_LLM_CHAIN (docs/models.md)",
)


async def check_models(settings: Settings) -> list[Finding]:
    """Whether each provider answers, and what is held against its models."""
    async with _marks(settings) as marks, open_model(settings, marks=marks) as model:
        if model is None:
            return [OFF]
        alone = len(model.providers) == 1
        return [found for one in model.providers for found in await _findings(one, marks, is_only=alone)]


async def try_models(settings: Settings) -> list[Found]:
    """What each model of the chain can do; it is remembered where there is a database."""
    async with _marks(settings) as marks, open_model(settings, marks=marks) as model:
        found = [one for provider in model.providers for one in await tried(provider)] if model else []
        for one in found:
            if one.mode:
                await marks.mark_found(one.provider, one.model, one.mode)
        return found


@asynccontextmanager
async def _marks(settings: Settings) -> AsyncIterator[Marks]:
    if not settings.servers or not await asyncio.to_thread(is_ready, settings):
        yield Marks(clock=settings.clock)
        return
    async with open_database(settings.database, settings.connections) as db:
        marks = Marks(db, clock=settings.clock)
        await marks.read()
        yield marks


async def _findings(provider: Provider, marks: Marks, *, is_only: bool) -> list[Finding]:
    server = provider.server
    what = "model" if is_only else f"model {server.name}"
    untrusted = {model: until for model in server.model_ids if (until := marks.leaked_until(server.name, model))}
    leaks = [
        warn(
            what,
            f"{model} wrote a call as text; until {until:%Y-%m-%d %H:%M} UTC it is asked by JSON schema",
            f"`llm check` tries it again; CHARGEHAND_LLM__{server.name.upper()}__TOOLS=json_schema makes it lasting",
        )
        for model, until in untrusted.items()
    ]
    return [await _reached(provider, what), *leaks]


async def _reached(provider: Provider, what: str) -> Finding:
    server = provider.server
    named = f"CHARGEHAND_LLM__{server.name.upper()}__"
    is_plain = server.name == "anthropic"
    try:
        known = await listed(provider)
    except ModelError as why:
        place = "ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL" if is_plain else f"{named}API_KEY and {named}BASE_URL"
        return warn(what, f"{why}; rules triage meanwhile", f"check {place}")
    if missing := [model for model in server.model_ids if not is_listed(model, known)]:
        models = "CHARGEHAND_MODEL_FAST and CHARGEHAND_MODEL" if is_plain else f"{named}MODEL_…"
        says = f"answers, but does not list {' and '.join(missing)}"
        return warn(what, says, f"set {models} to models that this key may use")
    return ok(what, f"answers, lists {server.models['small']}")
