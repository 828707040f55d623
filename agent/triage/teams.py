"""Ranks the teams for a report by its words: a team's keywords speak loudest, then components, then its description."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.triage.schema import Report, TeamProfile
from agent.triage.words import Hit, Phrases, Words, load, longest, read, split

KEYWORD = 0.7
COMPONENT = 0.45
DESCRIPTION = 0.38  # for a word that no other team's description has
DESCRIPTION_AT_MOST = 0.55  # many common words never outweigh a keyword
HOME = 0.32  # enough to win when nothing else speaks
LATER = 0.85  # "redis is down, payments failing": the cause is usually named first
CLEAR_LEAD = 0.1


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How well a team fits a report (0..1), and the strongest words that say so."""

    team: TeamProfile
    score: float = 0.0
    keywords: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Owned:
    keywords: Phrases
    components: Phrases
    described: Phrases


@dataclass(frozen=True)
class _Evidence:
    keywords: list[Hit]
    components: list[Hit]
    described: list[Hit]

    @property
    def all(self) -> list[Hit]:
        return self.keywords + self.components + self.described


def standings(words: Words, teams: Sequence[TeamProfile]) -> list[Standing]:
    """All teams, best first; equal scores keep the given order and mean that nobody can tell."""
    evidence = [_evidence(words, _owned(team)) for team in teams]
    clauses = [words.tokens[hit.start].clause for found in evidence for hit in found.all]
    sharing = Counter(phrase for found in evidence for phrase in {hit.phrase for hit in found.described})
    first = min(clauses, default=0)
    ranked = [
        _standing(team, found, words, sharing=sharing, first=first) for team, found in zip(teams, evidence, strict=True)
    ]
    return sorted(ranked, key=lambda standing: -standing.score)


def rank_teams(report: Report, teams: Sequence[TeamProfile]) -> list[tuple[TeamProfile, float]]:
    """Each team with its score from 0 to 1, best first."""
    words = read(report.text, report.context, language=load())
    return [(standing.team, standing.score) for standing in standings(words, teams)]


def clear_winner(ranked: Sequence[Standing], *, floor: float) -> Standing | None:
    """The best team, unless it scores below the floor or the next one is about as good."""
    if not ranked or ranked[0].score < floor or ranked[0].score == 0:
        return None
    behind = ranked[1].score if len(ranked) > 1 else 0.0
    return ranked[0] if ranked[0].score - behind >= CLEAR_LEAD else None


@lru_cache(maxsize=1024)
def _owned(team: TeamProfile) -> _Owned:
    language = load()
    described = {word for word in split(team.description) if word not in language.common and len(word) > 1}
    return _Owned(
        keywords=Phrases(team.keywords, inflect=language.inflect),
        components=Phrases({*team.components, team.name}, inflect=language.inflect),
        described=Phrases(described, inflect=language.inflect),
    )


def _evidence(words: Words, owned: _Owned) -> _Evidence:
    keywords = meant(words, owned.keywords)
    components = meant(words, owned.components, besides=keywords)
    described = meant(words, owned.described, besides=keywords + components)
    return _Evidence(keywords, components, described)


def meant(words: Words, phrases: Phrases, *, besides: Iterable[Hit] = ()) -> list[Hit]:
    """Each phrase's first place, unless a stronger kind of evidence has that place or it is denied (“not redis”)."""
    taken = {at for hit in besides for at in range(hit.start, hit.end)}
    first: dict[str, Hit] = {}
    for hit in longest(phrases.find(words)):
        if hit.start not in taken and not _is_denied(words, hit):
            first.setdefault(hit.phrase, hit)
    return list(first.values())


def _is_denied(words: Words, hit: Hit) -> bool:
    before = words.said(max(0, hit.start - 4), hit.start)
    return f" {before}".endswith(tuple(f" {phrase}" for phrase in load().denials))


def _standing(team: TeamProfile, found: _Evidence, words: Words, *, sharing: Counter[str], first: int) -> Standing:
    if not found.all:  # most teams, where there are many
        return Standing(team=team, score=HOME if team.is_home else 0.0)

    def weigh(hits: list[Hit], weight: float) -> list[float]:
        return [weight * (1.0 if words.tokens[hit.start].clause == first else LATER) for hit in hits]

    described = _together(
        weight / sharing[hit.phrase] for hit in found.described for weight in weigh([hit], DESCRIPTION)
    )
    sure = [*weigh(found.keywords, KEYWORD), *weigh(found.components, COMPONENT), min(described, DESCRIPTION_AT_MOST)]
    return Standing(
        team=team,
        score=round(_together([*sure, HOME if team.is_home else 0.0]), 3),
        keywords=tuple(hit.phrase for hit in found.keywords),
        components=tuple(hit.phrase for hit in found.components if hit.phrase != team.name),
        words=tuple(words.said(hit.start, hit.end) for hit in found.all),
    )


def _together(weights: Iterable[float]) -> float:
    """Independent pieces of evidence: each takes its share of the doubt that is left."""
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight
    return 1 - doubt
