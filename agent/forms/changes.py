"""Which answers of a form were changed in it, and which of those somebody else has set since it was opened."""

from collections.abc import Iterable
from hashlib import blake2b

from agent.forms.kind import Given
from bot.forms import Field
from prompts.words import say


def marks(fields: Iterable[Field]) -> dict[str, str]:
    """A mark of what stands in each field at first: it goes with the form, which has no room for the words."""
    return {field.name: _mark(field.initial) for field in fields}


def changed(given: Given, at_first: Given) -> dict[str, str]:
    """The answers that are not what stood there at first."""
    return {name: answer for name, answer in given.items() if _mark(answer) != at_first.get(name)}


def overtaken(given: Given, at_first: Given, now: Given) -> dict[str, str]:
    """What to say at the fields that were changed in the form, but to something else by somebody else before.

    Args:
        now: the marks of what is set now.
    """
    said = say("Somebody has changed this since you opened the form. Close it and open it again to see how it is now.")
    return {
        name: said
        for name, answer in changed(given, at_first).items()
        if now.get(name, "") not in {at_first.get(name, ""), _mark(answer)}
    }


def _mark(words: str) -> str:
    return blake2b(" ".join(words.split()).encode(), digest_size=6).hexdigest()
