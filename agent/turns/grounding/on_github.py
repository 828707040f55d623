"""What somebody's words name on GitHub: repositories, and numbers with the repository that each stands beside."""

import re
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass

from agent.turns.grounding.said import Text

_NUMBER = re.compile(
    r"(?<![\w./-])(?:([\w.-]{1,60}/[\w.-]{1,60}))?#0*([0-9]{1,9})(?!\w)|(?<![\w-])gh-0*([0-9]{1,9})(?![\w-])"
)
_URL = re.compile(r"://[\w.:-]{1,200}/([\w.-]{1,60}/[\w.-]{1,60})/(?:issues|pull)/0*([0-9]{1,9})(?!\w)")
_PAGE = re.compile(r"://[\w.:-]{1,200}/([\w.-]{1,60}/[\w.-]{1,60})(?!/(?:issues|pull)/[0-9])(?![\w-])")
_REPOSITORY = re.compile(r"(?<![\w./-])([a-z0-9][\w.-]{0,60}/[\w.-]{1,60})(?![\w/#-])")
_SHORT = re.compile(r"(?<!\w)repo(?:sitory)?[=:]\s?([a-z0-9][\w.-]{0,99})(?![\w/-])")


@dataclass(frozen=True, kw_only=True)
class Named:
    """What is named, in lower case.

    Attributes:
        alone: repositories that are named by themselves, as `acme/shop`, by their page, or as `repo=shop`.
        pairs: numbers, each with the repository that it is written with, which is empty for `#12`.
    """

    alone: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @property
    def repositories(self) -> frozenset[str]:
        """All that are named, also with a number."""
        return self.alone | {where for where, _ in self.pairs if where}

    def meant(self, number: str, known: Set[str]) -> Set[str]:
        """Those that are meant beside a number: those that it is written with, else those that are named by themselves.

        Args:
            number: empty where none is asked for; then one that any number is written with may be meant, too.
            known: the names of the repositories that there are: no other can be.
        """
        own = known & {where for where, one in self.pairs if one == number}
        return own or known & self.alone or (frozenset() if number else known & self.repositories)


def named_on_github(texts: Iterable[Text], known: Collection[str] = ()) -> Named:
    """All that these texts name, as whole words.

    Args:
        known: full names of the repositories that there are; `repo=shop` names one of them where it alone is called so,
            and what has another owner than any of them ("and/or") is none by itself.
    """
    lines, full = [text.line for text in texts], {name.casefold() for name in known}
    alone = {found[1].rstrip(".") for line in lines for found in _REPOSITORY.finditer(line)}
    owners = {name.partition("/")[0] for name in full}
    alone = {name for name in alone if not owners or name.partition("/")[0] in owners}
    alone |= full & {found[1].rstrip(".") for line in lines for found in _PAGE.finditer(line)}
    for short in {found[1].rstrip(".") for line in lines for found in _SHORT.finditer(line)}:
        called = [name for name in full if name.partition("/")[2] == short]
        alone |= set(called) if len(called) == 1 else set()
    return Named(alone=frozenset(alone), pairs=frozenset(pair for line in lines for pair in _pairs(line)))


def _pairs(line: str) -> Iterable[tuple[str, str]]:
    yield from ((found[1] or "", found[2] or found[3]) for found in _NUMBER.finditer(line))
    yield from ((found[1], found[2]) for found in _URL.finditer(line))
