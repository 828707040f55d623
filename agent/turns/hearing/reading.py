"""A message as its words, clause by clause: code, quoted lines and what stands in quotes are not the speaker's own.

Each pattern is bounded, so that no text takes longer than its length.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from agent.triage.words import INVISIBLE, REPEATED_AT_MOST, Hit, Words
from agent.triage.words import Token as Spoken

Kind = Literal["word", "person", "ticket", "number", "link", "other", "emoji", "code", "quote", "aside"]
HEAD, TAIL = 1_500, 500  # characters that are read of a long message
_WORD = r"[^\W_]+(?:['’][^\W_]+)*"
_TOKEN = re.compile(
    r"(?P<cited>^[ \t]*(?:>|&gt;)[^\n]*)"
    r"|(?P<code>```.*?(?:```|\Z)|`[^`\n]{1,300}`)"
    r'|(?P<quote>"[^"\n]{1,300}"|“[^“”\n]{1,300}”|„[^„“\n]{1,300}“|«[^«»\n]{1,300}»)'
    r"|(?P<person><@[UW][A-Z0-9]+(?:\|[^<>\n]{0,80})?>|(?<![\w@.])@[\w-]{1,40}(?:\.[\w-]{1,40})?)"
    r"|(?P<link><https?://[^<>\n]{1,2000}>|https?://[^\s<>]+)"
    r"|(?P<other><[#!][^<>\n]{1,200}>)"
    r"|(?P<ticket>(?<![\w-])ch-?[0-9]{1,9}(?![\w-]))"
    r"|(?P<number>(?<![\w./-])(?:[\w.-]{1,60}/[\w.-]{1,60})?\#[0-9]{1,9}(?!\w)|(?<![\w-])gh-[0-9]{1,9}(?![\w-]))"
    r"|(?P<emoji>:[a-z0-9_+'-]{1,60}:)"
    rf"|(?P<word>{_WORD})"
    r"|(?P<asks>[?？]+)"
    r"|(?P<stops>(?<![0-9])\.(?=\s|$)|[!…](?=\s|$)|\n)"
    r"|(?P<ends>[.,;:](?=\s|$)|[()¿¡–—])",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_WORDS = re.compile(_WORD)
OWN = frozenset({"word", "person", "ticket", "number", "link", "other"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case, or a reference as it was written; `start` and `end` are places in the text."""

    kind: Kind
    word: str
    start: int
    end: int
    clause: int
    sentence: int

    @property
    def is_own(self) -> bool:
        """Whether the speaker says it themselves and it means something: no emoji, code or quotation."""
        return self.kind in OWN


@dataclass(frozen=True)
class Clause:
    """Tokens from `start` up to `end`; `is_asking`: it ends with a question mark."""

    start: int
    end: int
    is_asking: bool


@dataclass(frozen=True)
class Reading:
    """What was heard; `words` is the same for looking phrases up, and `hits` what was found so far, by table."""

    text: str
    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    words: Words
    hits: dict[str, list[Hit]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether all of the text was read."""
        return len(self.text) <= HEAD + TAIL

    def said(self, hit: Hit) -> str:
        """The words of a hit as they were written."""
        return self.text[self.tokens[hit.start].start : self.tokens[hit.end - 1].end]

    def clause_of(self, at: int) -> Clause:
        """The clause of a token."""
        return self.clauses[self.tokens[at].clause]


def spelled(word: str) -> str:
    """A word as it is compared."""
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def split(phrase: str) -> list[str]:
    """The words of a listed phrase, cut as messages are."""
    return [spelled(word) for word in _WORDS.findall(unicodedata.normalize("NFC", phrase))]


def clean(text: str) -> str:
    """A message without invisible characters and the spaces around it."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def read(text: str) -> Reading:
    """Take a clean message apart; of a long one its beginning and its end."""
    tokens: list[Token] = []
    asking: set[int] = set()
    clause = sentence = 0
    for start, end in _parts(text):
        for found in _TOKEN.finditer(text, start, end):
            kind = found.lastgroup
            if kind in {"asks", "stops", "ends", "cited"}:
                if kind == "asks":
                    asking.add(clause)
                clause += 1
                sentence += kind != "ends"
            else:
                tokens += _tokens_of(found, clause, sentence)
        clause, sentence = clause + 1, sentence + 1
    return _reading(text, tokens, asking)


def _parts(text: str) -> list[tuple[int, int]]:
    length = len(text)
    return [(0, length)] if length <= HEAD + TAIL else [(0, HEAD), (length - TAIL, length)]


def _tokens_of(found: re.Match[str], clause: int, sentence: int) -> Iterator[Token]:
    """A quotation is one token, and its words are asides."""
    kind, word = found.lastgroup, found[0]
    yield Token(kind, spelled(word), found.start(), found.end(), clause, sentence)  # type: ignore[arg-type]
    if kind == "quote":
        for inner in _WORDS.finditer(word):
            at = found.start()
            yield Token("aside", spelled(inner[0]), at + inner.start(), at + inner.end(), clause, sentence)


def _reading(text: str, tokens: list[Token], asking: set[int]) -> Reading:
    """Clauses are numbered anew, since some have no words."""
    clauses: list[Clause] = []
    numbered: list[Token] = []
    for said, group in groupby(tokens, key=lambda token: token.clause):
        start = len(numbered)
        numbered += [Token(one.kind, one.word, one.start, one.end, len(clauses), one.sentence) for one in group]
        clauses.append(Clause(start, len(numbered), said in asking))
    places: dict[str, list[int]] = {}
    for at, token in enumerate(numbered):
        if token.kind in {"word", "aside"}:
            seen = places.setdefault(token.word, [])
            if len(seen) < REPEATED_AT_MOST:
                seen.append(at)
    spoken = tuple(Spoken(token.word, token.clause, 1.0) for token in numbered)
    return Reading(text, tuple(numbered), tuple(clauses), Words(spoken, places))
