"""What `list` can be narrowed by, as people write it: `mine team:Payments older:7d "time out" sort:age page:2`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.commands.vocabulary import PRIORITY_WORDS

STATUSES = {"open": "open", "all": "open", "in_progress": "in_progress", "resolved": "resolved", "closed": "closed"}
FLAGS = ("unassigned", "overdue", "stale", "snoozed", "waiting")
MINE = {"mine", "me", "my tickets", "meine"}
KEYS = ("team", "assignee", "reporter", "priority", "component", "tag")
ORDERS = ("due", "age", "priority")
SPANS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_IN_PROGRESS = re.compile(r"\bin[ -]progress\b", re.IGNORECASE)
# A word; what stands in quotes or as code; a mention; each also behind `team:`.
_TOKEN = re.compile(r"\s*(?:(\w+):)?(?:\"([^\"]*)\"|“([^”]*)”|`([^`]*)`|(<[^<>]*>|[^\s\"“`]+))(?=\s|$)")
_SPAN = re.compile(r"(\d{1,4})([hdw])")
LONGEST_WORDS = 100


@dataclass(frozen=True)
class Token:
    """`key` is empty for a word alone; quoted words are looked for in the tickets."""

    key: str
    value: str
    is_quoted: bool = False

    @property
    def said(self) -> str:
        """As it would be typed."""
        value = f'"{self.value}"' if self.is_quoted or " " in self.value else self.value
        return f"{self.key}:{value}" if self.key else value


def read_filters(text: str) -> list[Token] | None:
    """The filters of a line; None when some of it is no filter."""
    line = _IN_PROGRESS.sub("in_progress", text.strip())
    if line.casefold() in MINE:
        return [Token("", "mine")]
    if line.casefold().startswith("team "):
        return [Token("team", line[5:].strip().strip('"“”`'))]
    tokens = list(_tokens(line))
    return tokens if all(map(_is_filter, tokens)) else None


def with_words(text: str) -> str:
    """The same with quotes around each bare word that is no filter: after the slash command `list redis` looks for it.

    What has a key, or is a mention, stays as it is.
    """
    if read_filters(text) is not None:
        return text
    tokens = _tokens(_IN_PROGRESS.sub("in_progress", text.strip()))
    return " ".join(replace(token, is_quoted=token.is_quoted or _is_word(token)).said for token in tokens)


def _is_word(token: Token) -> bool:
    is_bare = not token.key and token.value[:1] not in {"", "<", "@"}
    return is_bare and not _is_filter(token)


def _tokens(line: str) -> Iterator[Token]:
    at = 0
    while at < len(line):
        found = _TOKEN.match(line, at)
        if found is None:
            yield Token("", "")  # a quote that does not end
            return
        key, straight, curly, code, word = found.groups()
        quoted = next((part for part in (straight, curly, code) if part is not None), None)
        value = word if quoted is None else quoted
        yield Token((key or "").casefold(), value, is_quoted=quoted is not None and not key)
        at = found.end()


def _is_filter(token: Token) -> bool:
    value = token.value.casefold()
    if token.is_quoted:
        return 0 < len(value.strip()) <= LONGEST_WORDS
    if not token.key:
        return value in {*STATUSES, *FLAGS, *PRIORITY_WORDS, "mine"}
    forms = {
        "status": value in STATUSES,
        "priority": value in PRIORITY_WORDS,
        "older": _SPAN.fullmatch(value) is not None,
        "sort": value in ORDERS,
        "page": re.fullmatch(r"[1-9][0-9]{0,4}", value) is not None,
    }
    return forms.get(token.key, token.key in KEYS and value != "")


def span_of(text: str) -> timedelta:
    """The time that `7d` names."""
    found = _SPAN.fullmatch(text.casefold())
    assert found  # read_filters has looked
    return int(found[1]) * SPANS[found[2]]
