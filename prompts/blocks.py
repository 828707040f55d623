"""Text of others as a model is given it: in a block that nothing in the text can close, with whose it is outside of it.

    <data-5f0c… source="message in this thread" author="@bob" trust="member">
    …
    </data-5f0c…>

The number is drawn for each turn, so that nobody who writes can know it. What cannot be seen is shown as an escape,
what looks like the bracket of a tag or repeats the number is broken.
"""

import re
import secrets
import unicodedata
from typing import Literal

# asker: who made this request. member, outside: anybody else of the workspace; of GitHub, or a guest. machine: a log or
# another program. model: written by a model, from any of these.
Trust = Literal["asker", "member", "outside", "machine", "model"]

FENCE_BYTES = 6
LONGEST_NAME = 120  # characters of a source or an author
# What could open or close one of the templates' own <blocks>, look-alikes of the bracket included; "a < b" stays.
TAG_START = re.compile(r"[<＜﹤](?=\s*[/|!?]|[a-z])", re.IGNORECASE)
BRACKET = "‹"
LINE_ENDS = re.compile(r"\r\n?")
# Letters and marks that show nothing, and variation selectors; U+FE0F only makes an emoji colourful.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0000-\U000e0fff]")
NEW_EMOJI = range(0x1F000, 0x1FB00)  # may be younger than this Python


def as_data(text: str) -> str:
    """Text that cannot leave the block a template puts it in, whatever it holds: each bracket of a tag becomes ‹."""
    return TAG_START.sub(BRACKET, text)


def new_fence() -> str:
    """The number of a turn's data blocks: nobody can guess it."""
    return secrets.token_hex(FENCE_BYTES)


def as_data_block(text: str, *, source: str, author: str, trust: Trust, fence: str) -> str:
    """A text that somebody else wrote, as data.

    Args:
        source: where it comes from, as in `body of acme/shop#12`.
        author: who wrote it; empty where nobody is known.
        trust: what that makes of it; it gives no rights.
        fence: of this turn, from `new_fence`.
    """
    names = f'source="{_name(source, fence)}" author="{_name(author, fence)}" trust="{trust}"'
    return f"<data-{fence} {names}>\n{without_fence(shown(text), fence)}\n</data-{fence}>"


def shown(text: str) -> str:
    """The text with everything in it that cannot be seen as an escape, and no bracket that could be a tag's."""
    text = LINE_ENDS.sub("\n", text)
    if UNSEEN.search(text) or not all(line.isprintable() for line in text.split("\n")):
        text = "".join(map(_seen, text))
    return as_data(text)


def _seen(character: str) -> str:
    number = ord(character)
    if character in "\n\t" or ((character.isprintable() or number in NEW_EMOJI) and not UNSEEN.match(character)):
        return character
    # A space of another width is a space; half of a surrogate pair is not even a character.
    return " " if unicodedata.category(character) == "Zs" else f"\\u{{{number:x}}}"


def without_fence(text: str, fence: str) -> str:
    """The text with every look-alike of the number broken, in whatever script or width its digits are written."""
    if fence not in _folded(text):
        return text
    parts = [_folded(character) for character in text]
    whole, broken = "".join(parts), list(text)
    starts = _starts(parts)
    at = whole.find(fence)
    while at >= 0:
        # Between the first and the second digit: never inside of one character that stands for several.
        first = starts[at]
        broken[first] = f"{text[first]}…"
        at = whole.find(fence, at + 1)
    return "".join(broken)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _starts(parts: list[str]) -> list[int]:
    """For each letter of the folded text the character that it comes from."""
    return [number for number, part in enumerate(parts) for _ in part]


def _name(text: str, fence: str) -> str:
    plain = " ".join(without_fence(shown(text), fence).split())
    return re.sub(r"[<>\"＜＞﹤﹥]", "'", plain)[:LONGEST_NAME]
