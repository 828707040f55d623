"""An engineer's reason in plain words by a model, or nothing when what it wrote cannot stand for the reason."""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.triage.model import visible
from agent.triage.rules import gives_orders
from agent.triage.schema import Line, Report
from bot.errors import ModelError
from bot.llm.port import Ask, WrongAnswerError, user
from bot.redact import redact
from prompts import render

if TYPE_CHECKING:
    from bot.llm.chain import Chain

LANGUAGES = {"en": "English", "de": "German"}
TIMES_LONGER = 2
MOST_SENTENCES = 2
SENTENCE = re.compile(r"(?<=[.!?…])\s+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
EDGES = ".,;:!?…()[]{}\"'“”„‚‘’»«*`"  # of a word, that are no part of it
# What no ordinary word has inside: digits, the signs of paths, addresses and identifiers, and a capital ("GitHub").
ODD = re.compile(r"[\d_/\\@#:.=<>|~$%&+]|(?<=[^\W\d_])[A-Z]")
COUNTS = {
    value: words.split()
    for value, words in {
        "2": "two twice zwei zweimal",
        "3": "three drei",
        "4": "four vier",
        "5": "five fünf",
        "6": "six sechs",
        "7": "seven sieben",
        "8": "eight acht",
        "9": "nine neun",
        "10": "ten zehn",
        "11": "eleven elf",
        "12": "twelve dozen dozens zwölf dutzend dutzende",
        "20": "twenty zwanzig",
        "30": "thirty dreißig",
        "50": "fifty fünfzig",
        "100": "hundred hundreds hundert hunderte",
        "1000": "thousand thousands tausend tausende",
        "1000000": "million millions millionen",
    }.items()
}
COUNTED = {word: value for value, words in COUNTS.items() for word in words}
TITLES = {"herr", "herrn", "frau", "kollege", "kollegen", "kollegin", "mr", "mrs", "ms"}
# Names that are everyday words too, as long as they are written small.
EVERYDAY = {"will", "may", "mark", "hope", "rich", "can", "art", "bill", "grace", "page", "chase", "guy", "ray", "sue"}


# What may open a sentence with a capital and is no name of anybody (rewrite.toml); another word may be one.
OPENERS = frozenset(
    word
    for words in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["openers"].values()
    for word in words.split()
)
SHORTCODE = re.compile(r":[\w+-]+:")  # of an emoji


class Answer(BaseModel):
    """What the model answers with."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: Line


async def rewrite(
    reason: str,
    *,
    language: str,
    names: Collection[str],
    model: "Chain",
    deadline: float,
    max_tokens: int,
    is_private: bool = False,
) -> str:
    """The reason in one or two plain sentences.

    Args:
        language: a key of LANGUAGES.
        names: of people and teams, which it may not bring in.
        deadline: seconds for the answer.
        is_private: it was said where not everybody reads.

    Raises:
        ModelError: there is none that can be used; the text says why.
    """
    if gives_orders(Report(text=reason)):
        raise ModelError("the reason gives orders")
    ask = question(reason, language=language, max_tokens=max_tokens)
    answer = await model.ask(replace(ask, deadline=deadline, is_private=is_private))
    words = str(answer.parsed)
    if why := objection(words, reason, names=names, language=language):
        raise ModelError(f"model's words were dropped: {why}")
    return words


def question(reason: str, *, language: str, max_tokens: int) -> Ask:
    """What is sent: the reason alone, without secrets and without invisible characters."""
    asked = {"language": LANGUAGES.get(language, LANGUAGES["en"]), "most": TIMES_LONGER * len(reason)}
    return Ask(
        role="small",
        purpose="plain words",
        system=render("plain_words_system", **asked),
        messages=(user(render("plain_words", reason=redact(visible(reason)))),),
        schema=Answer.model_json_schema(),
        read=_words_of,
        max_tokens=max_tokens,
    )


def _words_of(text: str) -> str:
    try:
        return " ".join(visible(Answer.model_validate_json(text).text).split())
    except ValidationError:
        raise WrongAnswerError('Answer with exactly one JSON object {"text": "…"} and nothing else.') from None


def objection(words: str, reason: str, *, names: Collection[str], language: str) -> str:
    """Why words cannot stand for a reason, in a few words; empty when they can."""
    known = {_folded(token) for token in _tokens(reason)}
    new = [token for token in _tokens(words) if _folded(token) not in known]
    is_odd = any(ODD.search(part) for token in new if not _is_number(token) for part in _parts(token))
    reasons = {
        "there are none": not words,
        "they are longer than twice the reason": len(words) > TIMES_LONGER * len(reason),
        "they are more than two sentences": len(SENTENCE.split(words)) > MOST_SENTENCES,
        "they hold a number that is not in the reason": _numbers(words) - _numbers(reason),
        "they hold an id or a link that is not in the reason": is_odd,
        "they hold markup that is not in the reason": _marked_up(words, reason),
        "they hold a name that is not in the reason": _named(words, new, names=names, language=language),
    }
    return next((why for why, is_so in reasons.items() if is_so), "")


def _tokens(text: str) -> list[str]:
    bare = (token.strip(EDGES) for token in unicodedata.normalize("NFKC", text).split())
    return [re.sub(r"['’]s$", "", token) for token in bare if token]


def _parts(token: str) -> list[str]:
    """A compound is looked at word by word ("Server-Neustart"), unless a digit makes it an id ("CH-12")."""
    return [token] if re.search(r"\d", token) else token.split("-")


def _folded(token: str) -> str:
    return token.casefold()


def _is_number(token: str) -> bool:
    return NUMBER.fullmatch(token.rstrip("%")) is not None


def _numbers(text: str) -> set[str]:
    """Numbers, written as digits or as words of both languages."""
    plain = unicodedata.normalize("NFKC", text)
    spelled = {COUNTED[word] for word in map(_folded, _tokens(text)) if word in COUNTED}
    return {*NUMBER.findall(plain), *spelled}


def _is_one_of(word: str, names: Collection[str]) -> bool:
    """Whether a word is a name, or a part of one; who is written with a capital is not meant by a small word."""
    told = _folded(word)
    for name in names:
        parts = _tokens(name.removeprefix("@"))
        found = next((part for part in parts if _folded(part) == told), "")
        if found.islower() and len(parts) == 1:
            return not (word.islower() and word in EVERYDAY)
        if found and not found.islower() and not word.islower():
            return True
    return False


def _marked_up(words: str, reason: str) -> bool:
    """Whether something is bold, code, struck out or an emoji in Slack that the reason does not write like that."""
    there = set(reason.split())
    return any(({"*", "`", "~"} & set(word) or SHORTCODE.search(word)) and word not in there for word in words.split())


def _named(words: str, new: Collection[str], *, names: Collection[str], language: str) -> bool:
    """Whether somebody may be named: who is known here, who has a title, what opens a sentence and is no everyday word,
    or in English what has a capital within one."""
    parts = [part for token in new for part in _parts(token)]
    if any(_is_one_of(part, names) for part in parts):
        return True
    tokens = _tokens(words)
    if any(word.casefold() in TITLES and after[:1].isupper() for word, after in pairwise(tokens)):
        return True
    starts = {_tokens(sentence)[0] for sentence in SENTENCE.split(words) if _tokens(sentence)}
    if any(start[:1].isupper() and _folded(start) not in OPENERS | COUNTED.keys() for start in starts & set(new)):
        return True
    return language != "de" and any(part[:1].isupper() and part != "I" and part not in starts for part in parts)
