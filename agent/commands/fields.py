"""The fields of a ticket as people write them: `title New words`, or several at once, one `field: value` a line."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from agent.commands.reading import LONGEST_REASON
from agent.commands.vocabulary import PRIORITY_WORDS
from agent.triage.schema import Category, Effort, Severity
from agent.triage.words import visible
from prompts.words import fixed, say

LONGEST_TITLE = 256  # as on GitHub
LONGEST_DESCRIPTION = 10_000
LONGEST_COMPONENT, LONGEST_TAG, MOST_TAGS = 60, 30, 5  # what triage keeps to as well
LIMITS = {
    "title": LONGEST_TITLE,
    "description": LONGEST_DESCRIPTION,
    "component": LONGEST_COMPONENT,
    "reason": LONGEST_REASON,
}
NOTHING = {"", "-", "–", "none", "keine", "nichts"}
CHOICES: dict[str, tuple[str, ...]] = {
    "category": get_args(Category),
    "severity": get_args(Severity),
    "effort": get_args(Effort),
}
WORDS = {
    "title": "title",
    "titel": "title",
    "description": "description",
    "beschreibung": "description",
    "component": "component",
    "komponente": "component",
    "tags": "tags",
    "tag": "tags",
    "schlagwörter": "tags",
    "category": "category",
    "kategorie": "category",
    "severity": "severity",
    "schwere": "severity",
    "effort": "effort",
    "aufwand": "effort",
    "priority": "priority",
    "priorität": "priority",
}
NAMES = tuple(dict.fromkeys(WORDS.values()))
SAID = {  # in a sentence; what is typed is never translated
    "title": fixed("title"),
    "description": fixed("description"),
    "component": fixed("component"),
    "reason": fixed("reason"),
    "category": fixed("category"),
    "severity": fixed("severity"),
    "effort": fixed("effort"),
    "priority": fixed("priority"),
    "status": fixed("status"),
}
IMPLIED = {"rename": "title", "umbenennen": "title", "tag": "tags"}  # by these names of `set` the field is clear
_QUOTED = re.compile(r"[\"“„`]([^\"“”„`]+)[\"“”`]")
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_FIRST = re.compile(rf"(?P<word>{_WORD})(?P<colon>:|\b)\s*", re.IGNORECASE)
_LINE = re.compile(rf"^(?P<word>{_WORD}|reason|team|channel):[ \t]*", re.IGNORECASE | re.MULTILINE)


def read_fields(text: str, *, called: str = "") -> tuple[dict[str, str], str]:
    """Field -> value, and what is wrong with them, if anything.

    Args:
        called: the word that the command was called by; some name the field already.
    """
    if implied := IMPLIED.get(called.casefold()):
        values = {implied: _unquoted(text)}
    elif found := _FIRST.match(text):
        is_listed = found["colon"] == ":"
        values = split_lines(text) if is_listed else {WORDS[found["word"].casefold()]: _unquoted(text[found.end() :])}
    else:
        names = ", ".join(NAMES)
        if text.strip():
            return {}, say("“{words}” begins with no field: name {names}", words=text[:40], names=names)
        return {}, say("which field is missing: name {names}", names=names)
    return values, next(filter(None, (problem_of(name, value) for name, value in values.items())), "")


def _unquoted(text: str) -> str:
    """A value without the quotes around all of it."""
    found = _QUOTED.fullmatch(text.strip())
    return found[1].strip() if found else text.strip()


def split_lines(text: str) -> dict[str, str]:
    """The fields of text whose lines begin with `field:`; all that follows `description:` is the description."""
    values: dict[str, str] = {}
    marks = list(_LINE.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        name = WORDS.get(mark["word"].casefold(), mark["word"].casefold())
        if name == "description":
            return values | {name: text[mark.end() :].strip()}
        values[name] = text[mark.end() : after.start() if after else None].strip()
    return values


def problem_of(name: str, value: str) -> str:
    """What is wrong with a value, to be read after the field's name; empty when it can be kept."""
    if name == "title" and not visible(value).strip():
        return say("the title is missing")
    if (limit := LIMITS.get(name)) and len(value) > limit:
        return say("the {field} is longer than {limit} characters", field=say(SAID[name]), limit=f"{limit:,}")
    if name == "tags" and (len(tags := _read_tags(value)) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags)):
        return say("a ticket has at most {most} tags of {limit} characters", most=MOST_TAGS, limit=LONGEST_TAG)
    if name == "priority" and value.casefold() not in PRIORITY_WORDS:
        return say("“{words}” is no priority", words=value[:40])
    if name in CHOICES and _stored(value) not in CHOICES[name]:
        offered = ", ".join(choice.replace("_", " ") for choice in CHOICES[name])
        unknown = fixed("“{words}” is no {field}; there is {offered}")
        return say(unknown, words=value[:40], field=say(SAID[name]), offered=offered)
    return ""


def kept(values: Mapping[str, str]) -> dict[str, Any]:
    """The values as a ticket keeps them."""
    return {name: _kept(name, value) for name, value in values.items()}


def _kept(name: str, value: str) -> Any:
    if name == "priority":
        return PRIORITY_WORDS[value.casefold()]
    if name in CHOICES:
        return _stored(value)
    if name == "tags":
        return _read_tags(value)
    if name == "component":
        return None if value.casefold() in NOTHING else " ".join(value.split())
    return " ".join(value.split()) if name == "title" else value


def _read_tags(value: str) -> list[str]:
    """Tags, with commas or spaces between them, each once."""
    tags = value.split(",") if "," in value else value.split()
    return list(dict.fromkeys(tag.strip().lstrip("#") for tag in tags if tag.strip().casefold() not in NOTHING))


def _stored(value: str) -> str:
    return value.strip().casefold().replace(" ", "_").replace("-", "_")
