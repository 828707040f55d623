"""Whether somebody asks why the checks of a pull request fail, and of which one."""

import re
from dataclasses import dataclass

from agent.turns.hearing.intent import Intent
from agent.turns.hearing.reading import clean, read
from agent.turns.hearing.vocabulary import vocabulary

# #88, acme/shop#88, gh-88, or the address of a pull request on whatever GitHub it is.
PULL = re.compile(
    r"(?<![\w/])(?:https://[\w.-]{1,100}/)?(?:(?P<name>[\w.-]{1,39}/[\w.-]{1,100})(?:#|/pull/)|#|gh-)(?P<number>\d{1,9})(?!\w)",
    re.ASCII | re.IGNORECASE,
)
LONGEST = 2_000  # characters that are looked at


@dataclass(frozen=True, kw_only=True)
class PullSaid:
    """A pull request as it was named; `repository` is empty where only its number was."""

    number: int
    repository: str = ""


def asks_why_ci_fails(text: str) -> bool:
    """A question with a word for checks, and one for why or for what is wrong."""
    intent, lists = Intent(read(clean(text))), vocabulary()
    if not intent.questions or not lists.find("ci.words", intent.reading):
        return False
    return bool(lists.find("ci.why", intent.reading) or intent.trouble)


def pull_said(text: str) -> PullSaid | None:
    """The pull request that a message names first."""
    found = PULL.search(text[:LONGEST])
    return PullSaid(number=int(found["number"]), repository=found["name"] or "") if found else None
