"""Tickets that look alike: plain words in common, until a better search comes."""

import re
from collections.abc import Mapping
from functools import lru_cache

COMMON = frozenset(
    word
    for line in (
        "a an and are as at be but by can could do does for from has have how i in is it its me my no not of on or",
        "our please since so that the their then there they this to was we were what when which why will with you your",
    )
    for word in line.split()
)
ENOUGH = 0.34  # shared words over all words of both titles
SHOWN = 3


@lru_cache(maxsize=1024)  # every new ticket is compared with the same few hundred
def significant(text: str) -> frozenset[str]:
    """The words that carry meaning, case-folded, plurals cut."""
    found = re.findall(r"\w{2,}", text.casefold())
    return frozenset(word.removesuffix("s") for word in found if word not in COMMON)


def similar_to(title: str, others: Mapping[int, str], *, most: int = SHOWN, enough: float = ENOUGH) -> list[int]:
    """Ids of the titles most like this one, best first."""
    mine = significant(title)
    if not mine:
        return []
    scored = []
    for key, other in others.items():
        theirs = significant(other)
        score = len(mine & theirs) / len(mine | theirs) if theirs else 0.0
        if score >= enough:
            scored.append((-score, -key))
    return [-key for _, key in sorted(scored)[:most]]
