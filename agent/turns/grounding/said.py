"""A person's own words, made ready to look something up in them: whole words, nothing that is cited, nothing hidden."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from agent.triage.words import INVISIBLE
from agent.turns.hearing.vocabulary import vocabulary

# An invisible character is taken for a letter, so that a word that hides one is another word.
_HIDDEN = "_"
_CITED = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_MENTION = re.compile(r"<@([uw][a-z0-9]+)(?:\|[^>\n]{0,80})?>")
_LABEL = re.compile(r"<(https?://[^|<>]{1,2000})\|[^<>]{0,500}>")
_WORD = re.compile(r"\w+")
_NOT = 2  # words before a value in which a negator takes it back


@dataclass(frozen=True)
class Text:
    """`line` is in lower case, without cited lines and without the labels of links."""

    line: str
    is_odd: bool  # it hides characters

    @classmethod
    def of(cls, text: str) -> Self:
        """A text as it is compared."""
        composed = unicodedata.normalize("NFC", text)
        line = INVISIBLE.sub(_HIDDEN, _CITED.sub("", composed)).casefold().replace("’", "'")
        return cls(_LABEL.sub(r" \1 ", line), INVISIBLE.search(composed) is not None)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words in order."""
        return tuple(_WORD.findall(self.line))

    def has_word(self, wanted: Iterable[str]) -> bool:
        """Whether one of these single words occurs."""
        return not set(self.words).isdisjoint(wanted)

    def mentions(self, slack_id: str) -> bool:
        """Whether somebody is named by Slack's own markup."""
        return any(found[1] == slack_id for found in _MENTION.finditer(self.line))

    def has_handle(self, name: str) -> bool:
        """Whether a name stands behind an @."""
        return re.search(rf"(?<![\w@.<])@{_pattern(name)}(?![\w-])", self.line) is not None


def phrase_in(phrase: str, text: Text, *, undenied: bool = False) -> bool:
    """Whether a phrase stands in a text as whole words: neither "api" in "api-gateway" nor "c" in "c++".

    Args:
        undenied: "not critical" does not count.
    """
    for found in re.finditer(rf"(?<![\w/@#.-]){_pattern(phrase)}(?![\w/#+-]|\.\w)", text.line):
        before = _WORD.findall(text.line[max(0, found.start() - 40) : found.start()])[-_NOT:]
        if not undenied or vocabulary().words("negators.words").isdisjoint(before):
            return True
    return False


def quoted_in(phrase: str, text: Text) -> bool:
    """Whether all words of a phrase stand in a text one after the other, whatever stands between them."""
    words = _WORD.findall(phrase)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(text.words)} "


def deictic(texts: Iterable[Text]) -> bool:
    """Whether somebody says "this" or "it", which the place gives a meaning."""
    return any(text.has_word(vocabulary().words("people.this")) for text in texts)


def _pattern(phrase: str) -> str:
    return r"[\s_-]{1,3}".join(map(re.escape, re.split(r"[\s_-]+", phrase)))
