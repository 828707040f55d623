"""What tokens cost: the tokens that a call took, and the price of each model as CHARGEHAND_PRICES names it."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MILLION = 1_000_000
FILES = (".toml", ".json")
KINDS = ("input", "output", "cache_read", "cache_write")
EXAMPLE = '{"claude-haiku-5-5": {"input": 1, "output": 5}}'


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The tokens of one call; `input` are those that no cache knew."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def tokens(self) -> int:
        """All of them: what budgets count."""
        return self.input + self.output + self.cache_read + self.cache_write


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars for a million tokens of each kind."""

    input: float
    output: float
    cache_read: float
    cache_write: float

    def of(self, usage: Usage) -> int:
        """What they cost, in millionths of a dollar."""
        cost: float = sum(getattr(self, kind) * getattr(usage, kind) for kind in KINDS)
        return round(cost)

    def at_most(self, usage: Usage) -> int:
        """The same where nobody knows yet what of the input a cache will take."""
        dearest = max(self.input, self.cache_read, self.cache_write)
        return round(dearest * (usage.tokens - usage.output) + self.output * usage.output)


Prices = Mapping[str, Price]  # of a model


def read_prices(value: str) -> dict[str, Price]:
    """The prices of CHARGEHAND_PRICES: JSON, TOML, or the path of a file of either kind; empty: none.

    What a cache reads or writes costs as much as other input unless it is named.

    Raises:
        ValueError: it cannot be read; the text says why.
    """
    text = value.strip()
    if not text:
        return {}
    found = _parsed(_content(text))
    return {str(model): _price(str(model), costs) for model, costs in found.items()}


def _content(text: str) -> str:
    if "\n" in text or not text.endswith(FILES):
        return text
    try:
        return Path(text).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError("names a file that cannot be read; example: /etc/chargehand/prices.toml") from None


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if text.startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"is neither JSON nor TOML ({error}); example: {EXAMPLE}") from None
    return dict(found)


def _price(model: str, costs: object) -> Price:
    known = dict(costs) if isinstance(costs, Mapping) else {}
    is_whole = {"input", "output"} <= known.keys() <= set(KINDS)
    if not is_whole or not all(_is_price(cost) for cost in known.values()):
        raise ValueError(
            f"has for {model[:60]} no table of input, output, and maybe cache_read and cache_write, in US dollars for"
            f" a million tokens; example: {EXAMPLE}"
        )
    usual = {kind: float(known["input"]) for kind in KINDS}
    return Price(**usual | {kind: float(cost) for kind, cost in known.items()})


def _is_price(cost: object) -> bool:
    return isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < MILLION
