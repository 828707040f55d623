"""Words that are read before anything else is: `stop`, `mute`, `unmute`, `resume`, `aside`, `just do it`, `dry run: …`.

Most are whole messages in one of the languages of data/control.toml; "stop the deploy" is none.
"""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Literal

from agent.triage.words import visible

Control = Literal["stop", "mute", "unmute", "resume", "aside"]
LONGEST = 60  # characters of a control word with all that may stand around it
_LISTS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "data" / "control.toml").read_text(encoding="utf-8")
)
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,40}:")
_LAST_CLAUSE = re.compile(r"[.,;:!?–—\n-][\s.,;:!?–—-]*(?=[^.,;:!?–—\n]{2,60}[\s.!]*$)")


def _bare(text: str) -> str:
    """The letters and digits alone, in lower case and without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def _phrases(table: str) -> list[str]:
    return [phrase for language in _LISTS[table].values() for phrase in language]


_WHOLE: dict[str, Control] = {
    _bare(phrase): word for word in ("stop", "mute", "unmute", "resume") for phrase in _phrases(word)
}
_PLEASE = "|".join(map(_bare, _phrases("please")))
_POLITE = re.compile(rf"^(?:{_PLEASE})|(?:{_PLEASE})$")
_GO_AHEAD = frozenset(map(_bare, _phrases("go_ahead")))
_ASIDES = "|".join(re.escape(phrase) for phrase in sorted(_phrases("aside"), key=len, reverse=True))
_PLAIN_ASIDES = "|".join(map(re.escape, _LISTS["aside"]["en"]))
_GOES_ON = "|".join(map(re.escape, _phrases("no_aside")))
_ASIDE = re.compile(
    rf"(?:!\s?(?:{_ASIDES})(?!\w)|\(\s?(?:{_ASIDES})\s?\)|(?:{_ASIDES})\s?(?:[:)]|$)"
    rf"|(?:{_PLAIN_ASIDES})(?!\w)(?!\s*(?:{_GOES_ON})\b))",
    re.IGNORECASE,
)
_OPTION = r"(?:--|—|–)\s?dry-?run"  # some keyboards make one dash of two hyphens
_DRY_RUN = re.compile(
    rf"[\s*_~`]*(?:{'|'.join(map(re.escape, _phrases('dry_run')))})[\s*_~`]*:|\s*{_OPTION}\b|.*(?<!\S){_OPTION}[\s.]*$",
    re.IGNORECASE | re.DOTALL,
)


def control_word(text: str) -> Control | None:
    """Which control word a whole message is; of `aside` the beginning is enough, since the rest is for others.

    Args:
        text: the message without the mention of the bot.
    """
    said = unicodedata.normalize("NFC", visible(text)).strip()
    if _ASIDE.match(said.lstrip("*_~ ")):
        return "aside"
    if len(said) > LONGEST:
        return None
    bare = _bare(_EMOJI.sub(" ", said))
    return _WHOLE.get(bare) or _WHOLE.get(_POLITE.sub("", bare))


def says(table: str, text: str) -> bool:
    """Whether a message is no more than one of the phrases of a table of data/control.toml."""
    return len(text) <= LONGEST and _bare(_EMOJI.sub(" ", visible(text))) in frozenset(map(_bare, _phrases(table)))


def is_go_ahead(text: str) -> bool:
    """Whether a message says no more than that it shall be done without further questions."""
    return len(text) <= LONGEST and _bare(_EMOJI.sub(" ", visible(text))) in _GO_AHEAD


def split_go_ahead(text: str) -> tuple[str, bool]:
    """A message without the words at its end that ask for no questions, and whether it had them."""
    found = _LAST_CLAUSE.search(text, max(0, len(text) - LONGEST - 10))
    if found and is_go_ahead(text[found.end() :]):
        return text[: found.start()].rstrip(), True
    return text, False


def is_dry_run(text: str) -> bool:
    """Whether a message wants only to be told what would be done."""
    return _DRY_RUN.match(unicodedata.normalize("NFC", visible(text))) is not None
