"""The values that a ticket's fields may have, as people write them."""

from prompts.words import Phrase, fixed, phrase

WORDS = {
    "open": fixed("open"),
    "in_progress": fixed("in progress"),
    "resolved": fixed("resolved"),
    "closed": fixed("closed"),
    "critical": fixed("critical"),
    "high": fixed("high"),
    "medium": fixed("medium"),
    "low": fixed("low"),
    "bug": fixed("bug"),
    "incident": fixed("incident"),
    "feature_request": fixed("feature request"),
    "question": fixed("question"),
    "enhancement": fixed("enhancement"),
    "documentation": fixed("documentation"),
    "security": fixed("security"),
    "minor": fixed("minor"),
    "major": fixed("major"),
    "blocker": fixed("blocker"),
    "small": fixed("small"),
    "large": fixed("large"),
    "extra_large": fixed("extra large"),
    "ack": fixed("ack"),
    "resolve": fixed("resolve"),
    "rules": fixed("rules"),
}


def words(value: str | None) -> str:
    """A stored value as people write it."""
    return str(words_later(value))


def words_later(value: str | None) -> Phrase:
    """The same, said once it is known to whom."""
    return phrase(WORDS.get(value or "", value or "–"))
