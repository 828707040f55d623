"""Polite words, by language (courtesy.toml): before a command they say nothing, and alone they are no report."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_EMOJI = re.compile(r":[\w+-]+:")
_NO_WORDS = re.compile(r"[\W_]*")


def _any_of(phrases: Iterable[str]) -> str:
    """A pattern of these phrases, the longest first, whatever stands between their words."""
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))


def _phrases(table: str) -> list[str]:
    return [phrase for language in _LISTS[table].values() for phrase in language]


FILLER = re.compile(rf"^(?:(?:{_any_of(_phrases('filler'))})[\s,]+)+", re.IGNORECASE)
_THANKS = re.compile(rf"(?:(?:{_any_of(_phrases('thanks'))})\b[\W_]*)*", re.IGNORECASE)


def is_courtesy(text: str) -> bool:
    """Whether somebody is only polite, or says it with emoji alone."""
    words = _NO_WORDS.sub("", _EMOJI.sub(" ", text), count=1)
    return text.strip() != "" and _THANKS.fullmatch(words) is not None
