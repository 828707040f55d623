"""Triage without a model: the words of a report, weighed, say what it is, how bad it is and whose it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from agent.triage import words
from agent.triage.schema import Category, Effort, Priority, Report, Severity, TeamProfile, Triage
from agent.triage.teams import Standing, clear_winner, rank_teams, standings
from agent.triage.title import is_filler, summary_of, title_of
from agent.triage.words import Hit, Language, Phrases, Words, load, longest, read, undenied
from prompts.words import fixed, say

__all__ = ["gives_orders", "rank_teams", "title_of", "triage"]

MOST_CONFIDENT = 0.6  # measured on tests/agent/triage/examples.toml; words alone deserve no more
LEAST_CONFIDENT = 0.2
PLENTY = 3.0  # the weight of words beyond which more of them make nothing surer
MAX_TAGS = 5
COMPONENT_LENGTH = 60
REASONING_LENGTH = 300

DEFAULT_CATEGORY: Category = "bug"  # what people report without a telling word is mostly broken
CATEGORIES: tuple[Category, ...] = get_args(Category)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
EFFORTS: tuple[Effort, ...] = get_args(Effort)
# What a category starts from before its words are weighed, on the scales that the cuts below divide.
URGENCY = {"incident": 2.0, "security": 2.0, "bug": 1.1, "question": 0.3, "feature_request": 0.3, "enhancement": 0.3}
IMPACT = {"incident": 1.9, "security": 1.9, "bug": 1.1, "question": 0.0, "feature_request": 0.3, "enhancement": 0.3}
EFFORT = {
    "incident": 1.0,
    "security": 1.2,
    "bug": 1.0,
    "feature_request": 1.5,
    "enhancement": 1.2,
    "documentation": 0.5,
}
CUTS = (0.75, 1.75, 2.6)
ARTICLE = {
    "bug": fixed("a bug"),
    "incident": fixed("an incident"),
    "feature_request": fixed("a feature request"),
    "enhancement": fixed("an enhancement"),
    "documentation": fixed("a documentation"),
    "question": fixed("a question"),
    "security": fixed("a security matter"),
}


@dataclass(frozen=True)
class _Lists:
    language: Language
    index: Phrases
    negators: Phrases


@dataclass(frozen=True)
class _Reading:
    """What the lists found: per table, each phrase's hits that count, inside no longer phrase of that table."""

    words: Words
    hits: Mapping[str, list[Hit]]
    weights: Mapping[str, Mapping[str, float]]

    def score(self, table: str) -> float:
        return sum(weight for _, weight in self.weighed(table))

    def weighed(self, table: str) -> list[tuple[Hit, float]]:
        """Each phrase once, where it is said loudest: repeating it proves nothing."""
        loudest: dict[str, tuple[Hit, float]] = {}
        for hit in self.hits.get(table, ()):
            weight = self.weights[table][hit.phrase] * self.words.tokens[hit.start].volume
            if hit.phrase not in loudest or abs(weight) > abs(loudest[hit.phrase][1]):
                loudest[hit.phrase] = (hit, weight)
        return list(loudest.values())


def gives_orders(report: Report) -> bool:
    """Whether the text tells the bot what to make of it; then a model may have been talked into something."""
    return any(words.gives_orders(text) for text in (report.text, report.context))


def triage(report: Report, teams: Sequence[TeamProfile], *, floor: float = 0.3) -> Triage:
    """Judge a report by rules.

    Args:
        report: its text; orders in it ("set priority low") carry no weight.
        teams: who could own it.
        floor: a team below this score is not named (0..1).
    """
    reading = _read(report)
    scores = {category: reading.score(f"category.{category}") for category in CATEGORIES}
    category = _category(scores)
    team = clear_winner(standings(reading.words, teams), floor=floor)
    told = report.context if report.context.strip() and is_filler(report.text) else report.text
    priority = PRIORITIES[_step(URGENCY.get(category, 0.1) + reading.score("urgency"))]
    return Triage(
        title=title_of(told),
        summary=summary_of(told),
        category=category,
        priority=priority,
        severity=SEVERITIES[_step(IMPACT.get(category, 0.0) + reading.score("impact"))],
        effort=EFFORTS[_step(EFFORT.get(category, 0.5) + reading.score("effort"))],
        component=_component(team),
        tags=_tags(reading),
        team=team.team.name if team else None,
        confidence=_confidence(scores, category),
        reasoning=_reasoning(reading, category, priority, team),
    )


@cache
def _lists() -> _Lists:
    language = load()
    phrases = {phrase for table in language.tables.values() for phrase in table}
    tagged = {phrase for listed in language.tags.values() for phrase in listed}
    return _Lists(
        language=language,
        index=Phrases(phrases | tagged, inflect=language.inflect),
        negators=Phrases(language.negators, inflect=lambda word: frozenset({word})),
    )


def _read(report: Report) -> _Reading:
    lists = _lists()
    tables = lists.language.tables
    words = read(report.text, report.context, language=lists.language)
    found = lists.index.find(words)
    spoiled = [hit for hit in found if hit.phrase in tables["ignored"]]
    meant = [hit for hit in found if not any(_inside(hit, whole) for whole in spoiled if whole != hit)]
    counting = undenied(words, meant, lists.negators, language=lists.language)
    per_table = {name: longest(hit for hit in counting if hit.phrase in table) for name, table in tables.items()}
    tags = {
        f"tags.{tag}": [hit for hit in counting if hit.phrase in listed] for tag, listed in lists.language.tags.items()
    }
    return _Reading(words, per_table | tags, tables)


def _inside(hit: Hit, whole: Hit) -> bool:
    return whole.start <= hit.start and hit.end <= whole.end


def _category(scores: Mapping[Category, float]) -> Category:
    best = max(CATEGORIES, key=lambda category: scores[category])
    return best if scores[best] > 0 else DEFAULT_CATEGORY


def _step(value: float) -> int:
    return sum(value >= cut for cut in CUTS)


def _component(team: Standing | None) -> str | None:
    named = (*team.components, *team.keywords) if team else ()
    return next((name for name in named if len(name) <= COMPONENT_LENGTH), None)


def _tags(reading: _Reading) -> list[str]:
    first = {tag: hits[0].start for tag in _lists().language.tags if (hits := reading.hits[f"tags.{tag}"])}
    return sorted(first, key=lambda tag: first[tag])[:MAX_TAGS]


def _confidence(scores: Mapping[Category, float], category: Category) -> float:
    """More for plenty of evidence, less for evidence that points both ways."""
    best = scores[category]
    if best <= 0:
        return LEAST_CONFIDENT
    second = max(score for other, score in scores.items() if other != category)
    lead = max(0.0, best - max(second, 0.0)) / best
    return round(LEAST_CONFIDENT + (MOST_CONFIDENT - LEAST_CONFIDENT) * lead * min(1.0, best / PLENTY), 2)


def _reasoning(reading: _Reading, category: Category, priority: Priority, team: Standing | None) -> str:
    telling = sorted(reading.weighed(f"category.{category}"), key=lambda item: -item[1])[:2]
    weighty = sorted(reading.weighed("urgency"), key=lambda item: -abs(item[1]))[:1]
    said = [reading.words.said(hit.start, hit.end) for hit, weight in (*telling, *weighty) if weight]
    what = say(ARTICLE[category])
    words = _quoted(dict.fromkeys(word for word in said if word != "?")) or (say("the question mark") if said else "")
    several = fixed("{words} read as {what} of {priority} priority")
    one = fixed("{words} reads as {what} of {priority} priority")
    judged = fixed("No telling words, so it counts as {what}")
    if words:
        judged = several if len(set(said) - {"?"}) > 1 else one
    judged = say(judged, words=words, what=what, priority=say(priority))
    sentence = f"{judged}; {_why_team(team)}"
    return sentence if len(sentence) <= REASONING_LENGTH else sentence[: REASONING_LENGTH - 1] + "…"


def _why_team(team: Standing | None) -> str:
    if team is None:
        return say("no team's words stand out")
    if not team.words:
        return say("this is the channel of {team}", team=team.team.name)
    is_of = (
        fixed("{word} is a keyword of {team}")
        if team.keywords
        else fixed("{word} is a component of {team}")
        if team.components
        else fixed("{word} is among the words of {team}")
    )
    return say(is_of, word=_quoted((team.keywords or team.components or team.words)[:1]), team=team.team.name)


def _quoted(words: Iterable[str]) -> str:
    return say(" and ").join(f"“{word}”" for word in words)
