"""Finds whole words and phrases in a report, with their inflections, and knows which of them were denied."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from agent.triage import orders

READ_AT_MOST = 2_000  # characters of a report: what matters is said early, and nobody may make triage slow
REPEATED_AT_MOST = 24  # places of one word: saying it again proves nothing
ASIDE = 0.5  # the weight of words in “quotes” and `code`: they are often somebody else's
CONTEXT = 0.6  # the weight of the thread's first message beside the report itself

FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
DATA = re.compile(r"\{[^{}]*\}")
QUIET = re.compile(r'("[^"\n]{1,300}"|“[^“”\n]{1,300}”|`[^`\n]{1,300}`|https?://\S+)')
TOKEN = re.compile(r"(?P<word>[^\W_]+(?:'[^\W_]+)*[+#]*)|(?P<asks>\?(?!\w))|(?P<ends>[.,;:!…](?=\s|$)|[\n()–—])")
# Controls but tab and newline, soft hyphen, zero-width and bidirectional marks, byte order mark, tag characters.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)


class Token(NamedTuple):
    """One word: which clause it stands in, and how much it counts (0 for the parts of a link)."""

    word: str
    clause: int
    volume: float


@dataclass(frozen=True)
class Words:
    """A text as tokens, and where each word stands."""

    tokens: tuple[Token, ...]
    places: Mapping[str, list[int]]

    def said(self, start: int, end: int) -> str:
        """The words from `start` up to `end` as they were written, in lower case."""
        return " ".join(token.word for token in self.tokens[start:end])


class Hit(NamedTuple):
    """A listed phrase found in a text, with its place."""

    phrase: str
    start: int
    end: int


class Phrases:
    """An index of phrases by all forms of their first word; looking up costs what the smaller side has of words."""

    def __init__(self, phrases: Iterable[str], *, inflect: Callable[[str], frozenset[str]]) -> None:
        self._starts: dict[str, list[tuple[str, list[frozenset[str]]]]] = {}
        for phrase in phrases:
            if forms := [inflect(word) for word in split(phrase)]:
                for first in forms[0]:
                    self._starts.setdefault(first, []).append((phrase, forms))

    def find(self, words: Words) -> list[Hit]:
        """All places of all phrases in reading order, overlapping ones too, the longer one first."""
        found = []
        for first in self._starts.keys() & words.places.keys():
            for phrase, forms in self._starts[first]:
                found += [Hit(phrase, at, at + len(forms)) for at in words.places[first] if _fits(words, at, forms)]
        return sorted(found, key=lambda hit: (hit.start, -hit.end, hit.phrase))


def _fits(words: Words, at: int, forms: list[frozenset[str]]) -> bool:
    if len(forms) == 1:
        return True
    tokens = words.tokens[at : at + len(forms)]
    same_clause = len(tokens) == len(forms) and tokens[-1].clause == tokens[0].clause
    return same_clause and all(token.word in allowed for token, allowed in zip(tokens, forms, strict=True))


@dataclass(frozen=True)
class Language:
    """The lists of one language, read from data/<code>.toml; see there for what each table means."""

    tables: Mapping[str, Mapping[str, float]]
    tags: Mapping[str, tuple[str, ...]]
    negators: Mapping[str, int]
    denials: tuple[str, ...]
    common: frozenset[str]
    filler: frozenset[str]
    add: tuple[str, ...]
    double: tuple[str, ...]
    swap: tuple[tuple[str, str], ...]

    def inflect(self, word: str) -> frozenset[str]:
        """The word and the forms it may take; forms that do not exist do no harm, since nobody writes them."""
        forms = {word} | {word + ending for ending in self.add} | {word + word[-1] + ending for ending in self.double}
        return frozenset(
            forms | {word.removesuffix(end) + new for end, new in self.swap if word.endswith(end) and len(word) > 3}
        )


def split(text: str) -> list[str]:
    """The words of a listed phrase, cut exactly as reports are."""
    return [token.word for token in _tokens([(_plain(text), 1.0)])]


def visible(text: str) -> str:
    """The text without zero-width, bidirectional and other control characters."""
    return INVISIBLE.sub("", text)


def read(text: str, context: str, *, language: Language) -> Words:
    """What the reporter said, then what the thread began with; without code, quotes, data and orders to the bot."""
    tokens = tuple(_tokens([*_pieces(text, language, 1.0), ("\n", 1.0), *_pieces(context, language, CONTEXT)]))
    places: dict[str, list[int]] = {}
    for at, token in enumerate(tokens):
        seen = places.setdefault(token.word, [])
        if len(seen) < REPEATED_AT_MOST:
            seen.append(at)
    return Words(tokens, places)


def gives_orders(text: str) -> bool:
    """Whether a text tells the bot what to make of it ("set priority low", "ignore previous instructions")."""
    written = visible(text)
    return orders.gives_orders(_plain(written), written=written)


def _pieces(text: str, language: Language, volume: float) -> Iterator[tuple[str, float]]:
    spoken = _plain(visible(text[:READ_AT_MOST]))
    for unread in (FENCED, QUOTED_LINE, DATA, orders.load().weightless):
        spoken = unread.sub("\n", spoken)
    for index, piece in enumerate(QUIET.split(spoken)):
        aside = 0.0 if piece.startswith("http") else ASIDE
        yield piece, volume * (aside if index % 2 else 1.0)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold()


def _tokens(pieces: Iterable[tuple[str, float]]) -> Iterator[Token]:
    clause = 0
    for piece, volume in pieces:
        for match in TOKEN.finditer(piece):
            if match.lastgroup != "ends":
                yield Token(match.group(), clause, volume)
            clause += match.lastgroup != "word"


def undenied(words: Words, hits: Iterable[Hit], negators: Phrases, *, language: Language) -> list[Hit]:
    """The hits that no negator before them takes back: “not urgent” loses its “urgent”, “not working” stays itself."""
    hits = list(hits)
    own = {at for hit in hits for at in range(hit.start, hit.end)}
    denied: set[int] = set()
    for no in negators.find(words):
        clause = words.tokens[no.start].clause
        reach = words.tokens[no.end : no.end + language.negators[no.phrase]]
        if no.start not in own:
            denied |= {no.end + step for step, token in enumerate(reach) if token.clause == clause}
    return [hit for hit in hits if hit.start not in denied]


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """The hits, given in reading order, without those inside a longer one."""
    kept: list[Hit] = []
    for hit in hits:
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept


@cache
def load(code: str = "en") -> Language:
    """The lists of a language; adding one is adding its file."""
    data = tomllib.loads((Path(__file__).parent / "data" / f"{code}.toml").read_text(encoding="utf-8"))
    tables = {name: {phrase: float(weight) for phrase, weight in table.items()} for name, table in _tables(data)}
    endings = data["endings"]
    return Language(
        tables=tables,
        tags={tag: tuple(phrases) for tag, phrases in data["tags"].items()},
        negators=data["negators"],
        denials=tuple(data["denials"]["phrases"]),
        common=frozenset(data["common"]["words"]),
        filler=frozenset(data["filler"]["words"]),
        add=tuple(endings["add"]),
        double=tuple(endings["double"]),
        swap=tuple((end, new) for end, new in endings["swap"]),
    )


def _tables(data: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """`category.bug`, …, `urgency`, `impact`: what carries weights."""
    categories = cast("Mapping[str, Mapping[str, float]]", data["category"])
    yield from ((f"category.{name}", table) for name, table in categories.items())
    for name in ("urgency", "impact", "effort", "ignored"):
        yield name, cast("Mapping[str, float]", data[name])
