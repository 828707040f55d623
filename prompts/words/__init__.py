"""The fixed texts that people see, in each language there is.

A text stands in the code in English and is its own key: `say("{ticket} is yours already.", ticket=name)`. What it is in
another language stands in that language's file beside this one, English text = translation; what is missing there is
said in English. Texts of users, verbs, logs and the command line are never translated.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ENGLISH = "en"
FILES = {path.stem: path for path in Path(__file__).parent.glob("*.toml")}
LANGUAGES = (ENGLISH, *sorted(FILES))

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def say(text: str, /, **slots: object) -> str:
    """A fixed text in the language that is spoken here, with its {slots} filled."""
    said = catalogue(_spoken.get()).get(text, text)
    return said.format(**slots) if slots else said


def say_of(count: int, one: str, many: str, /, **slots: object) -> str:
    """`one` or `many`, whichever fits the number, which is their slot {count}."""
    return say(one if count == 1 else many, count=count, **slots)


@dataclass(frozen=True)
class Phrase:
    """A fixed text with its slots that is said later, in the language spoken there; a slot may be a phrase too."""

    text: str
    slots: Mapping[str, object]

    def __str__(self) -> str:
        return say(self.text, **self.slots)


def phrase(text: str, /, **slots: object) -> Phrase:
    """What is said once it is known to whom: `str()` says it."""
    return Phrase(text, slots)


def fixed(text: str) -> str:
    """Marks a fixed text that stands in a table, and is given to `say` where it is used."""
    return text


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block: of the one person, or of the channel, that will read what is said there."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language that is spoken here."""
    return _spoken.get()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> what it is in this language; of English, and of a language without a file, nothing."""
    path = FILES.get(language)
    return tomllib.loads(path.read_text("utf-8")) if path else {}
