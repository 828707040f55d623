"""`demo --llm`: which model the demo's bot asks: a stand-in's, none, or one that the settings name."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import UserError
from bot.sandbox.llm import MODELS, LlmSandbox, read_script
from bot.settings import read_settings

SANDBOX, OFFLINE = "sandbox", "offline"
NO_MODEL: dict[str, Any] = {"llm_chain": OFFLINE, "anthropic_api_key": None}


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a bot is told of it, and the stand-in, if it is one."""

    chosen: Mapping[str, Any]
    sandbox: LlmSandbox | None = None

    @property
    def is_there(self) -> bool:
        """Whether any model is asked."""
        return self.chosen.get("llm_chain") != OFFLINE


@asynccontextmanager
async def model_for(name: str | None, *, script: Path | None = None) -> AsyncIterator[Model]:
    """The model of that name while it can be asked; without a name whatever the environment sets.

    Args:
        script: what the stand-in answers before its own rules.

    Raises:
        UserError: nothing is known of such a model, or the script cannot be read.
    """
    if name is None:
        yield Model(chosen={})
    elif name == OFFLINE:
        yield Model(chosen=NO_MODEL)
    elif name == SANDBOX:
        async with LlmSandbox.start(script=read_script(script) if script else None) as llm:
            yield Model(chosen=_asked_at(llm.url), sandbox=llm)
    else:
        yield Model(chosen={"llm_chain": _known(name)})


def _known(name: str) -> str:
    settings = read_settings()
    known = {*settings.llm, *(server.name for server in settings.servers)}
    if name not in known:
        others = ", ".join(sorted(known)) or "none yet"
        raise UserError(
            f"--llm takes {SANDBOX}, {OFFLINE} or a provider of the settings ({others});"
            f" CHARGEHAND_LLM__{name.upper()}__KIND would name this one."
        )
    return name


def _asked_at(url: str) -> dict[str, Any]:
    """Settings of a bot whose one provider is the stand-in."""
    small, main, large = MODELS
    provider = {
        "kind": "anthropic",
        "base_url": url,
        "api_key": "sandbox",
        "model_small": small,
        "model_main": main,
        "model_large": large,
    }
    return {"llm": {SANDBOX: provider}, "llm_chain": SANDBOX, "anthropic_api_key": None}
