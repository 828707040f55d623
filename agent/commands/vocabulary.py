"""Statuses and priorities as people write them, and how they are kept; words that say what a verb is to do."""

from collections.abc import Mapping

STATUS_WORDS = {
    "open": "open",
    "in progress": "in_progress",
    "in_progress": "in_progress",
    "started": "in_progress",
    "wip": "in_progress",
    "resolved": "resolved",
    "done": "resolved",
    "fixed": "resolved",
    "closed": "closed",
}
STEPS = {"bump": 1, "lower": -1}  # names of `priority` that say by how much, in LADDER
LADDER = ("low", "medium", "high", "critical")
PRIORITY_WORDS = {
    "critical": "critical",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "p0": "critical",
    "p1": "high",
    "p2": "medium",
    "p3": "low",
    "kritisch": "critical",
    "hoch": "high",
    "mittel": "medium",
    "niedrig": "low",
}


def first_word(words: str, german: Mapping[str, str]) -> tuple[str, str]:
    """The first word, in English and lower case, and the rest.

    Args:
        german: German words, and others that mean the same, by what they are in English.
    """
    first, _, rest = words.strip().partition(" ")
    return german.get(first.casefold(), first.casefold()), rest.strip()
