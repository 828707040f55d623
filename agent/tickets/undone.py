"""How it is said that a change was taken back, and read again: what was undone is done again, and so on."""

import re

from prompts.words import LANGUAGES, catalogue, fixed

UNDONE, AGAIN = fixed("undone by {who}"), fixed("done again by {who}")


def what_then(said: str) -> tuple[str, str]:
    """The change that a step made, in words, and how it is said that this step is taken back.

    Args:
        said: the words of a step: they were kept in one of the languages there are.
    """
    for how, back in ((UNDONE, AGAIN), (AGAIN, UNDONE)):
        if found := next(filter(None, (_pattern(how, one).fullmatch(said) for one in LANGUAGES)), None):
            return found["what"], back
    return said, UNDONE


def _pattern(how: str, language: str) -> re.Pattern[str]:
    """What a change reads like that was taken back: "claimed by @x: undone by @y"."""
    text = re.escape(catalogue(language).get(how, how))
    return re.compile(rf"(?P<what>.*): {text.replace(re.escape('{who}'), '@[^:]*')}", re.DOTALL)
