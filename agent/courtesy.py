"""Polite words, by language (courtesy.toml): before a command they say nothing, and alone they are no report."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_NO_WORDS = re.compile(r":[\w+-]+:|(?<!\w)\+1(?!\w)")


def _any_of(phrases: Iterable[str]) -> str:
    """A pattern of these phrases, the longest first, whatever stands between their words."""
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))


def _phrases(table: str) -> list[str]:
    return [phrase for language in _LISTS[table].values() for phrase in language]


FILLER = re.compile(rf"^(?:(?:{_any_of(_phrases('filler'))})[\s,]+)+", re.IGNORECASE)
# Each takes all that it can and gives nothing back: "@a.@a.@a." would else be read in very many ways.
_BETWEEN = r"(?:[^\w<@]|_)*+"
_TO = rf"(?:(?:{_any_of(_phrases('to'))})\b|<@[UW][A-Z0-9]++(?:\|[^<>]*+)?>|@[\w.-]++){_BETWEEN}"
_THANKS = re.compile(
    rf"{_BETWEEN}(?:(?:{_TO})*+(?:(?:{_any_of(_phrases('thanks'))})\b{_BETWEEN}(?:{_TO})*+)++)?", re.IGNORECASE
)


def is_courtesy(text: str) -> bool:
    """Whether somebody is only polite, to whomever, or says it with emoji alone."""
    return text.strip() != "" and _THANKS.fullmatch(_NO_WORDS.sub(" ", text)) is not None
