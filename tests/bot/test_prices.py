"""Prices are read from JSON, TOML or a file of either, and what is not one is refused with an example."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.prices import Price, Usage, read_prices
from bot.settings import read_settings

HAIKU = Price(input=1.0, output=5.0, cache_read=0.1, cache_write=1.25)
PLAIN = Price(input=3.0, output=15.0, cache_read=3.0, cache_write=3.0)
JSON = (
    '{"haiku": {"input": 1, "output": 5, "cache_read": 0.1, "cache_write": 1.25}, "sonnet": {"input": 3, "output": 15}}'
)
TOML = """
sonnet = { input = 3, output = 15 }
[haiku]
input = 1.0
output = 5
cache_read = 0.1
cache_write = 1.25
"""


@pytest.mark.parametrize("text", [JSON, TOML])
def test_both_forms_say_the_same(text: str, tmp_path: Path) -> None:
    assert read_prices(text) == {"haiku": HAIKU, "sonnet": PLAIN}
    path = tmp_path / ("prices.json" if text == JSON else "prices.toml")
    path.write_text(text)
    assert read_prices(str(path)) == {"haiku": HAIKU, "sonnet": PLAIN}


def test_what_it_costs_is_counted_in_millionths_of_a_dollar() -> None:
    usage = Usage(input=1000, output=100, cache_read=10_000, cache_write=400)
    assert HAIKU.of(usage) == 1000 + 500 + 1000 + 500
    assert usage.tokens == 11_500
    assert HAIKU.at_most(Usage(input=1000, output=100)) == 1250 + 500
    assert HAIKU.at_most(usage) >= HAIKU.of(usage)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("cheap", "neither JSON nor TOML"),
        ("{", "neither JSON nor TOML"),
        ("/nowhere/prices.toml", "cannot be read"),
        ('{"m": 3}', "has for m no table"),
        ('{"m": {"input": 3}}', "has for m no table"),
        ('{"m": {"input": 3, "output": 1, "cash": 1}}', "has for m no table"),
        ('{"m": {"input": "3", "output": 1}}', "has for m no table"),
        ('{"m": {"input": -3, "output": 1}}', "has for m no table"),
        ('{"m": {"input": NaN, "output": 1}}', "has for m no table"),
        ('{"m": {"input": true, "output": 1}}', "has for m no table"),
    ],
)
def test_what_is_no_price_is_refused_with_an_example(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=rf"^CHARGEHAND_PRICES .*{problem}.*example: "):
        read_settings(_env_file=None, prices=text)


def test_none_is_no_price() -> None:
    assert read_prices(" ") == {}
