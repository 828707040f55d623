"""A list that is too long is cut, and says how many more there are."""

from prompts.words import say


def more_lines(count: int, most: int) -> list[str]:
    """The line below so many of a list; none where that is all of it."""
    return [say("… and {count} more", count=count - most)] if count > most else []


def and_more(count: int, most: int) -> str:
    """What follows so many names in a row; nothing where that is all of them."""
    return say(" and {count} more", count=count - most) if count > most else ""
