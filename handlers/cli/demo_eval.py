"""The world of `eval agent` and `eval injection`: the demo's company, and the real bot with a model to be measured."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.turns.trial import Line
from agent.turns.trial_model import Read, read_all
from bot.errors import UserError
from bot.llm import open_model
from bot.observe import set_up_logs
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox, default_seed
from bot.sandbox.slack.seed import Seed, channel
from bot.sandbox.trial.cases import Case, read_cases
from bot.sandbox.trial.injection import Met, meet
from bot.sandbox.trial.scenarios import Played, Scenario, play, read_scenarios
from bot.sandbox.trial.town import Town
from bot.settings import Settings, read_settings
from bot.settings.providers import BUILT_IN, Mode, Provider
from handlers.cli.demo_company import found
from handlers.cli.demo_github import connect
from handlers.cli.demo_place import PATIENT, settings_for
from handlers.cli.serve import Serve
from storage.database import open_database

SANDBOX = "sandbox"  # the provider that costs nothing
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank")
MANY = 1_000_000_000  # of whatever is limited elsewhere: what is measured here is something else
UNLIMITED: dict[str, Any] = {
    "budget_user_day_tokens": MANY,
    "budget_workspace_day_tokens": MANY,
    "llm_requests_per_minute": 1_000_000,
    "llm_tokens_per_minute": MANY,
    "turns_per_minute": 1000,
    "turns_per_hour": 10_000,
    "post_interval_seconds": 0.0,
    "edit_interval_seconds": 0.0,
    "edits_per_minute": 10_000,
    "effect_settle_s": 0.2,
    "ops_port": 0,
    "claim_check": "all",
}

__all__ = [
    "Case",
    "Met",
    "Played",
    "Scenario",
    "meet_all",
    "play_all",
    "read_cases",
    "read_scenarios",
    "route_all",
    "town",
]


@asynccontextmanager
async def town(
    serve: Serve, *, provider: str = SANDBOX, tools: Mode | None = None, channels: Iterable[str] = ()
) -> AsyncIterator[Town]:
    """A running bot in a world of its own; nothing of it stays.

    Args:
        provider: the name of one that is set up, or the sandbox's own model.
        tools: how the model is offered tools; None: as it is set.
        channels: channels besides those of the demo.

    Raises:
        UserError: no such provider is set up.
    """
    with TemporaryDirectory(prefix="chargehand-eval-") as name:
        async with (
            SlackSandbox.start(ack_within=PATIENT, seed=_seed(channels)) as slack,
            GitHubSandbox.start() as github,
            LlmSandbox.start() as llm,
        ):
            settings = settings_for(
                slack, github, Path(name), **UNLIMITED, clock_file="", **_model(provider, llm, tools)
            )
            set_up_logs("error", stream=sys.stderr)
            await found(settings, slack)
            await connect(settings, slack, github)
            async with open_database(settings.database, settings.connections) as db, _serving(serve, settings):
                yield await _awake(slack, github, llm if provider == SANDBOX else None, db, settings)


@asynccontextmanager
async def _serving(serve: Serve, settings: Settings) -> AsyncIterator[None]:
    """The bot from start to a clean stop; what breaks it is raised."""
    stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(serve(settings, stop=stop, started=lambda *told: heard.set_result(told)))
    await asyncio.wait({task, heard}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        stop.set()
        await task


async def _awake(
    slack: SlackSandbox, github: GitHubSandbox, llm: LlmSandbox | None, db: Any, settings: Settings
) -> Town:
    """Everybody has spoken once, so that nobody is new any more."""
    world = Town(slack=slack, github=github, llm=llm, db=db, settings=settings)
    for name in PEOPLE:
        await slack.dm(name, "help")
    await world.settle()
    return world


def _seed(channels: Iterable[str]) -> Seed:
    seed = default_seed()
    there = {one.name for one in seed.channels}
    new = [name.removeprefix("#") for name in dict.fromkeys(channels) if name.removeprefix("#") not in there]
    return seed.plus(channels=tuple(replace(channel(name), id=f"C0TRIAL{at}") for at, name in enumerate(new)))


def _model(provider: str, llm: LlmSandbox | None, tools: Mode | None) -> dict[str, Any]:
    """The settings that name the model; `llm` is the sandbox's own, where that is asked."""
    if llm is not None and provider == SANDBOX:
        own = Provider(kind="anthropic", base_url=llm.url, api_key="sk-sandbox", tools=tools or "native")  # type: ignore[arg-type]  # pydantic makes a secret of it
        return {"llm": {SANDBOX: own}, "llm_chain": SANDBOX, "anthropic_api_key": None}
    settings = read_settings()
    known = dict(settings.llm)
    if settings.anthropic_api_key:
        known.setdefault(BUILT_IN, Provider(kind="anthropic", base_url=settings.anthropic_base_url))
        known[BUILT_IN] = known[BUILT_IN].model_copy(
            update={"api_key": known[BUILT_IN].api_key or settings.anthropic_api_key}
        )
    if provider not in known:
        names = ", ".join([SANDBOX, *known])
        raise UserError(
            f"No provider is called {provider}; there are: {names}. CHARGEHAND_LLM__NAME__KIND sets one up."
        )
    chosen = known[provider].model_copy(update={"tools": tools}) if tools else known[provider]
    return {"llm": {**known, provider: chosen}, "llm_chain": provider}


async def route_all(lines: Sequence[Line], provider: str) -> Read:
    """Each line as a message is read, by a model where rules leave it.

    Raises:
        UserError: no such provider is set up, or it answers nothing.
    """
    async with AsyncExitStack() as opened:
        llm = await opened.enter_async_context(LlmSandbox.start()) if provider == SANDBOX else None
        settings = read_settings(**_model(provider, llm, None))
        model = await opened.enter_async_context(open_model(settings))
        set_up_logs("error", stream=sys.stderr)
        if model is None:
            raise UserError(f"{provider} is offline, so it answers nothing.")
        return await read_all(lines, model)


async def meet_all(serve: Serve, cases: list[Case], tools: Mode) -> list[Met]:
    """Each case in one world, one after the other."""
    async with town(serve, tools=tools, channels=[case.channel for case in cases]) as world:
        return [await meet(world, case) for case in cases]


async def play_all(serve: Serve, scenarios: list[Scenario], provider: str, tools: Mode | None) -> list[Played]:
    """Each scenario in one world, one after the other."""
    async with town(serve, provider=provider, tools=tools) as world:
        return [await play(world, scenario) for scenario in scenarios]
