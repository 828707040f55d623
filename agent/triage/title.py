"""Makes a ticket's title and summary from whatever somebody typed: one readable line, never empty."""

import re

from agent.triage.words import load, split, visible

TITLE_LENGTH = 80
SUMMARY_LENGTH = 400
LOOKED_AT = 1_500  # characters in which the first two sentences are sought
NO_TEXT = "(no text)"
SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+|(?<=[。！？])")
MARKUP = re.compile(r"```(?:\w*\n)?|`|^[ \t]*(?:>+|[-*•]|#+)[ \t]+|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", re.MULTILINE)
EMOJI_NAME = re.compile(r":[a-z0-9_+'-]{1,60}:(?::skin-tone-\d:)?")
ONLY_LINK = re.compile(r"<?https?://(\S+?)[/>]?$")


def title_of(text: str) -> str:
    """The first sentence that says something, at most 80 characters, without closing punctuation."""
    sentences = _sentences(text)
    telling = [sentence for sentence in sentences if not is_filler(sentence)]
    return _title((telling or sentences or [NO_TEXT])[0])


def summary_of(text: str) -> str:
    """The first two sentences, at most 400 characters."""
    return _cut(" ".join(_sentences(text)[:2]), SUMMARY_LENGTH) or NO_TEXT


def is_filler(text: str) -> bool:
    """True of “Hi team!” and “please track this”: no word in it says what the matter is."""
    return all(word in load().filler for word in split(text))


def _sentences(text: str) -> list[str]:
    lines = SENTENCE_END.split(MARKUP.sub("", visible(text[:LOOKED_AT])).strip())
    return [sentence for line in lines if _says_something(sentence := " ".join(line.split()))]


def _says_something(sentence: str) -> bool:
    return any(char.isalnum() for char in EMOJI_NAME.sub("", sentence))


def _title(sentence: str) -> str:
    if link := ONLY_LINK.match(sentence):
        sentence = link[1]
    line = _cut(sentence.rstrip(".,;:!?…。！？-–— "), TITLE_LENGTH) or NO_TEXT
    first = line.split()[0].rstrip(",:;")
    # iOS, payments-api and example.com/x are spelled that way on purpose.
    return line[0].upper() + line[1:] if first.isalpha() and first.islower() else line


def _cut(line: str, length: int) -> str:
    if len(line) <= length:
        return line
    head = line[: length - 1]
    at_word = head if line[length - 1].isspace() else head.rsplit(None, 1)[0]
    return (at_word if len(at_word) > length // 2 else head).rstrip(" .,;:!?…-–—") + "…"
