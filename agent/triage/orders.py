"""Knows a report that tells its reader what to answer, in many languages and disguises; rules judge such a one."""

import base64
import binascii
import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

DATA = Path(__file__).parent / "data" / "orders"
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "ru", "zh", "ja")
GAP = "[^.!?\n。]"  # inside of a sentence

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")


@dataclass(frozen=True)
class Orders:
    """`weightless` words are passed over by the rules; `telling` ones show that somebody speaks to a model."""

    weightless: re.Pattern[str]
    telling: tuple[re.Pattern[str], ...]


@cache
def load() -> Orders:
    """The patterns of all languages, read from data/orders/<code>.toml; see any.toml for what they mean."""
    common = _read("any")
    own = {code: _read(code) for code in LANGUAGES}
    orders = {code: _filled(words, _orders(words, common), common) for code, words in own.items()}
    idle = [pattern for words in own.values() for pattern in _filled(words, words.get("idle", []), common)]
    signs = {code: _filled(words, words["signs"], common) for code, words in own.items()}
    fields, shared = (_filled({}, common[name], common) for name in ("fields", "signs"))
    return Orders(
        weightless=_any_of([*fields, *(pattern for patterns in orders.values() for pattern in patterns), *idle]),
        telling=(_any_of([*fields, *shared]), *(_any_of([*orders[code], *signs[code]]) for code in LANGUAGES)),
    )


def gives_orders(plain: str, *, written: str) -> bool:
    """Whether a text tells its reader what to answer ("set priority low", "ignoriere alle Anweisungen").

    Args:
        plain: the text in lower case and NFKC form.
        written: the text as it was written; what is encoded hides in its capitals.
    """
    return any(pattern.search(text) for text in (plain, *_undisguised(plain, written)) for pattern in load().telling)


def _undisguised(plain: str, written: str) -> Iterator[str]:
    """What the text says to a reader who decodes it: entities, %20, base64, backwards."""
    if "&" in plain or "%" in plain:
        yield html.unescape(unquote(plain))
    for run in BASE64.findall(written):
        if decoded := _decoded(run):
            yield decoded.casefold()
    yield plain[::-1]


def _decoded(run: str) -> str | None:
    """The text inside base64; None when it holds none."""
    try:
        text = base64.b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4), altchars="-_").decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    line = " ".join(text.split())
    return line if line.isprintable() else None


def _read(code: str) -> Mapping[str, list[str]]:
    return tomllib.loads((DATA / f"{code}.toml").read_text(encoding="utf-8"))


def _orders(words: Mapping[str, list[str]], common: Mapping[str, list[str]]) -> list[str]:
    return words["orders"] if "orders" in words else common["orders"]


def _filled(words: Mapping[str, list[str]], patterns: list[str], common: Mapping[str, list[str]]) -> list[str]:
    """Patterns with a language's words in their places."""
    lists = {**words, "value": [*words.get("value", []), *common["value"]]}
    slots = {name: f"(?:{'|'.join(listed)})" for name, listed in lists.items()}
    [edge] = words.get("edge", [r"\b"])
    return [pattern.format_map(slots | {"b": edge, "gap": GAP}) for pattern in patterns]


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.MULTILINE)
