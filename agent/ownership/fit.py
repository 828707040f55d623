"""Which rule says whose a report is: path before component, label, keyword and channel, then the longest match."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.ownership.globs import fits, same
from agent.triage.schema import Report
from agent.triage.teams import meant
from agent.triage.words import READ_AT_MOST, Hit, Phrases, Words, load, read, split, visible
from storage.ownership import CODEOWNERS, Rule

MOST_PATHS = 3  # of those a report names: a file of 3 MB has tens of thousands of lines to hold each against
# A path that is named counts most, then one whose folder is (“checkout” for services/checkout).
RANKS = {"path": 6, "folder": 5, "component": 4, "label": 3, "keyword": 2, "channel": 1}
_URL = re.compile(r"https?://\S+")
_PATH = re.compile(r"(?<![\w/.])[\w@.-]+(?:/[\w@.-]+)+|(?<![\w/.@-])[\w-]+(?:\.[\w-]+)*\.[a-z]{1,4}(?![\w/.])")

Strength = tuple[int, int, bool]  # the rank of its kind, the length of the match, said before other words of rules


@dataclass(frozen=True, kw_only=True)
class Clues:
    """What of a report rules can be held against. `channels`: the id and the name of the one it was said in."""

    words: Words
    paths: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    component: str = ""
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The strongest rules: of one team, or of several, and then nobody can tell."""

    rules: tuple[Rule, ...] = ()

    @property
    def rule(self) -> Rule | None:
        """The rule that decides."""
        return self.rules[0] if len({rule.team_id for rule in self.rules}) == 1 else None


def clues_of(
    report: Report, *, labels: Iterable[str] = (), component: str | None = None, channels: Iterable[str] = ()
) -> Clues:
    """Read a report."""
    return Clues(
        words=read(report.text, report.context, language=load()),
        paths=paths_in(f"{report.text}\n{report.context}"),
        labels=frozenset(label.casefold() for label in labels),
        component=(component or "").casefold(),
        channels=frozenset(channel.casefold() for channel in channels if channel),
    )


def paths_in(text: str) -> tuple[str, ...]:
    """The first paths and names of files in a text, those of web addresses left out."""
    found = _PATH.findall(_URL.sub(" ", visible(text[:READ_AT_MOST])))
    return tuple(dict.fromkeys(found))[:MOST_PATHS]


def best(clues: Clues, *, spoken: Sequence[Rule], paths: Sequence[Rule] = (), called: Sequence[Rule] = ()) -> Fit:
    """Hold the rules against a report.

    Args:
        spoken: all that go by something else than a path.
        paths: all that go by one; needed only where the report names a path.
        called: those by a path whose last folder is a word of the report.
    """
    found = [*_by_path(clues, paths), *_by_words(clues, spoken, called), *_by_place(clues, spoken)]
    strongest = max((strength for strength, _ in found), default=None)
    return Fit(rules=tuple(rule for strength, rule in found if strength == strongest))


def folder_of(pattern: str) -> str | None:
    """The word by which people call a path: its last folder, of at least two, unless there is a wildcard in it."""
    parts = pattern.strip("/").split("/")
    is_plain = not any(letter in pattern for letter in "*?") and "." not in parts[-1]
    return parts[-1].casefold() if is_plain and len(parts) > 1 else None


def _by_path(clues: Clues, rules: Sequence[Rule]) -> Iterator[tuple[Strength, Rule]]:
    by_file = sorted(rules, key=lambda rule: (rule.source, rule.origin, rule.place))
    for (source, _), group in groupby(by_file, key=lambda rule: (rule.source, rule.origin)):
        of_file = list(group)
        for path in clues.paths:
            for rule in _last(of_file, path) if source == CODEOWNERS else of_file:
                if rule.team_id is not None and fits(rule.pattern, path):
                    yield (RANKS["path"], len(rule.pattern.strip("/")), True), rule


def _last(rules: Sequence[Rule], path: str) -> list[Rule]:
    """Of a file's lines the last one that fits is the one that counts."""
    return next(([rule] for rule in reversed(rules) if fits(rule.pattern, path)), [])


def _by_words(clues: Clues, spoken: Sequence[Rule], called: Sequence[Rule]) -> Iterator[tuple[Strength, Rule]]:
    wanted = {
        "folder": {rule: folder_of(rule.pattern) or "" for rule in called},
        "component": {rule: rule.pattern for rule in spoken if rule.kind == "component"},
        "keyword": {rule: rule.pattern for rule in spoken if rule.kind == "keyword"},
    }
    hits = {kind: _hits(clues.words, set(phrases.values())) for kind, phrases in wanted.items()}
    first = min((clues.words.tokens[hit.start].clause for found in hits.values() for hit in found.values()), default=0)
    for kind, phrases in wanted.items():
        for rule, phrase in phrases.items():
            if hit := hits[kind].get(phrase):
                is_first = clues.words.tokens[hit.start].clause == first
                yield (RANKS[kind], len(split(phrase)), is_first), rule
            elif kind == "component" and clues.component == phrase.casefold():
                yield (RANKS[kind], len(split(phrase)), False), rule


def _hits(words: Words, phrases: Collection[str]) -> dict[str, Hit]:
    return {hit.phrase: hit for hit in meant(words, Phrases(phrases, inflect=load().inflect))}


def _by_place(clues: Clues, spoken: Sequence[Rule]) -> Iterator[tuple[Strength, Rule]]:
    named = {"label": clues.labels, "channel": clues.channels}
    for rule in spoken:
        pattern = rule.pattern.casefold()
        if any(same(pattern, name) for name in named.get(rule.kind, ())):
            yield (RANKS[rule.kind], len(pattern), True), rule
