"""What we write on GitHub carries the key of its effect where nobody sees it, so that it is known again."""

import re

_MARKER = re.compile(r"<!-- chargehand:(\S{1,200}) -->")


def marked(text: str, key: str) -> str:
    """The text with the key behind it."""
    return f"{text}\n\n{_marker(key)}"


def is_marked(text: str, key: str) -> bool:
    """Whether a text carries this very key; anybody can copy one, so it proves nothing without its author."""
    return _marker(key) in text


def key_in(text: str) -> str | None:
    """The key that a text carries, the last one where there are several."""
    found = _MARKER.findall(text)
    return found[-1] if found else None


def unmarked(text: str) -> str:
    """A text in which nothing is hidden: whoever wrote it, no key of ours is in it."""
    return text.replace("<!--", "&lt;!--")


def _marker(key: str) -> str:
    return f"<!-- chargehand:{key} -->"
