"""The word lists of data/<language>.toml, all languages at once, since people mix them."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from agent.triage import words as triage_words
from agent.triage.words import Hit, Phrases
from agent.turns.hearing.reading import Reading, spelled, split

LANGUAGES = ("en", "de", "fr", "es")
REACH = 3  # words that a negator takes back
INFLECTED = "trouble.strong"  # the table whose words are found in all their English forms
TELLING = 1.6  # the weight from which a word of triage's says by itself that something is wrong
GAP = 8  # words between the two of a pair: "geht seit heute früh nicht"


def load(language: str) -> dict[str, Any]:
    """The lists of one language as they stand in its file."""
    return tomllib.loads((Path(__file__).parents[1] / "data" / f"{language}.toml").read_text(encoding="utf-8"))


class Vocabulary:
    """Tables by their name in the files: `find("orders.verbs", …)`, `words("assign.small")`."""

    def __init__(self) -> None:
        self._phrases: dict[str, list[str]] = {}
        self.pairs: set[tuple[str, str]] = set()
        self.asking_pairs: set[tuple[str, str]] = set()
        for language in LANGUAGES:
            self._add(load(language))
        self._phrases[INFLECTED] += _telling(self._phrases["trouble.vague"])
        self._words = {name: frozenset(chain(*map(split, listed))) for name, listed in self._phrases.items()}
        self._tables: dict[str, list[str]] = {}
        for name, listed in self._phrases.items():
            for phrase in dict.fromkeys(listed):
                self._tables.setdefault(phrase, []).append(name)
        inflected = self._phrases[INFLECTED]
        self._as_written = Phrases(self._tables, inflect=lambda word: frozenset({word}))
        self._inflected = Phrases(dict.fromkeys(inflected), inflect=triage_words.load().inflect)

    def _add(self, file: Mapping[str, Mapping[str, Any]]) -> None:
        for table, lists in file.items():
            for name, listed in lists.items():
                if name == "pairs":
                    self.pairs |= {(spelled(first), spelled(second)) for first, second in listed}
                else:
                    self._phrases.setdefault(f"{table}.{name}", []).extend(listed)
        asks = file["asks"]
        self.asking_pairs |= {(spelled(one), spelled(after)) for one in asks["maybe"] for after in asks["after"]}

    def find(self, table: str, reading: Reading) -> list[Hit]:
        """All places of the phrases of a table, in reading order, the longer one first."""
        if not reading.hits:
            reading.hits[INFLECTED] = self._inflected.find(reading.words)
            for hit in self._as_written.find(reading.words):
                for name in self._tables[hit.phrase]:
                    if name != INFLECTED:
                        reading.hits.setdefault(name, []).append(hit)
        return reading.hits.get(table, [])

    def words(self, table: str) -> frozenset[str]:
        """Each single word that occurs in a table."""
        return self._words[table]

    def listed(self, table: str) -> list[str]:
        """The phrases of a table as they are compared."""
        return [spelled(phrase) for phrase in self._phrases[table]]

    def undenied(self, hits: Iterable[Hit], reading: Reading) -> list[Hit]:
        """The hits that no negator before them takes back: "no error so far"; "doesn't work" is one itself."""
        hits = list(hits)
        own = {at for hit in hits for at in range(hit.start, hit.end)}
        denied: set[int] = set()
        for no in self.find("negators.words", reading):
            if own.isdisjoint(range(no.start, no.end)):
                clause = reading.tokens[no.start].clause
                denied |= {at for at in range(no.end, no.end + REACH) if _clause_at(reading, at) == clause}
        return [hit for hit in hits if hit.start not in denied]

    def paired(self, reading: Reading) -> list[Hit]:
        """Pairs of words with others between them, in one clause."""
        found = []
        for first, second in self.pairs:
            if first in reading.words.places and second in reading.words.places:
                found += [
                    Hit(f"{first} … {second}", at, then + 1)
                    for at in reading.words.places[first]
                    for then in reading.words.places[second]
                    if 0 < then - at <= GAP and reading.tokens[at].clause == reading.tokens[then].clause
                ]
        return found


def _telling(vague: list[str]) -> list[str]:
    """What English triage takes for an incident, a bug or a security matter."""
    tables = triage_words.load().tables
    weights = [one for kind in ("incident", "bug", "security") for one in tables[f"category.{kind}"].items()]
    return [phrase for phrase, weight in weights if weight >= TELLING and phrase not in vague]


def _clause_at(reading: Reading, at: int) -> int:
    return reading.tokens[at].clause if at < len(reading.tokens) else -1


@cache
def vocabulary() -> Vocabulary:
    """The lists, read once."""
    return Vocabulary()
