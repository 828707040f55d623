"""What the clauses of a message do: ask something, tell the bot to do something, or say that something is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from agent.triage.words import Hit, longest
from agent.turns.hearing.reading import Clause, Reading, Token
from agent.turns.hearing.vocabulary import vocabulary

REFERENCES = frozenset({"ticket", "number", "link"})
STRONG, WEAK = 1.0, 0.5  # what one word of trouble counts


@dataclass(frozen=True)
class Intent:
    """A reading, and what was found in it; each is looked for when it is first wanted."""

    reading: Reading
    _found: dict[str, dict[int, list[Hit]]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def trouble(self) -> list[Hit]:
        """The words that say that something is wrong, each phrase once."""
        lists = vocabulary()
        strong = [*lists.find("trouble.strong", self.reading), *lists.paired(self.reading)]
        both = sorted([*strong, *lists.find("trouble.weak", self.reading)], key=lambda hit: (hit.start, -hit.end))
        return lists.undenied(longest(both), self.reading)

    @cached_property
    def weight(self) -> float:
        """How much trouble it is: 1 for each strong word, half for each weak one."""
        weak = vocabulary().words("trouble.weak")
        return sum(WEAK if hit.phrase in weak else STRONG for hit in {hit.phrase: hit for hit in self.trouble}.values())

    @cached_property
    def calm(self) -> list[Hit]:
        """Words that say that it is over, or planned."""
        return vocabulary().undenied(vocabulary().find("calm.phrases", self.reading), self.reading)

    @cached_property
    def wishes(self) -> list[Hit]:
        """Words that ask for something new."""
        return vocabulary().find("wishes.phrases", self.reading)

    @cached_property
    def questions(self) -> list[Clause]:
        """The clauses that ask for an answer; "can someone look?" beside trouble asks for hands."""
        return [one for one in self.reading.clauses if self._asks(one) and not (self.trouble and self.wants_hands(one))]

    @cached_property
    def orders(self) -> list[Hit]:
        """The words that tell the bot to do something, or that speak to it as to somebody who does things."""
        return [order for clause in self.reading.clauses if (order := self._order(clause))]

    @property
    def has_trouble_outside_questions(self) -> bool:
        """Whether something is said to be wrong in a clause that asks nothing."""
        asking = {clause.start for clause in self.questions}
        return any(self.reading.clause_of(hit.start).start not in asking for hit in self.trouble)

    def found(self, table: str, clause: Clause) -> list[Hit]:
        """The phrases of a table in a clause, in the speaker's own words."""
        if table not in self._found:
            by_clause: dict[int, list[Hit]] = {}
            for hit in vocabulary().find(table, self.reading):
                if self.reading.tokens[hit.start].kind == "word":
                    by_clause.setdefault(self.reading.clause_of(hit.start).start, []).append(hit)
            self._found[table] = by_clause
        return self._found[table].get(clause.start, [])

    def first(self, clause: Clause) -> int:
        """Where a clause begins to say something: behind greetings, polite words and mentions."""
        return self._after(("openers.greetings", "openers.polite"), clause.start, clause)

    def told_from(self, clause: Clause) -> int:
        """Where an order would begin: behind "can you" too."""
        return self._after(("openers.greetings", "openers.polite", "openers.you"), clause.start, clause)

    def _after(self, tables: Iterable[str], at: int, clause: Clause) -> int:
        ends = {hit.start: hit.end for table in tables for hit in reversed(self.found(table, clause))}
        while at < clause.end and (at in ends or self.reading.tokens[at].kind in {"person", "emoji"}):
            at = ends.get(at, at + 1)
        return at

    def _begins(self, table: str, at: int, clause: Clause) -> Hit | None:
        return next((hit for hit in self.found(table, clause) if hit.start == at), None)

    def _asks(self, clause: Clause) -> bool:
        """Whether a clause asks; an order in the form of a question does not."""
        at = self.first(clause)
        if self._begins("asks.sure", at, clause) or self._reads(clause, at):
            return True
        if self._order(clause):
            return False
        if clause.is_asking or self.found("asks.phrases", clause):
            return at < clause.end
        first, second = self._word(at, clause), self._word(at + 1, clause)
        is_turned = first in vocabulary().words("asks.verbs") and second in vocabulary().words("asks.subjects")
        return (first, second) in vocabulary().asking_pairs or (is_turned and self._opens_sentence(at, clause))

    def _opens_sentence(self, at: int, clause: Clause) -> bool:
        before = self.reading.tokens[: clause.start]
        return not before or before[-1].sentence != self.reading.tokens[at].sentence

    def _word(self, at: int, clause: Clause) -> str:
        return self.reading.tokens[at].word if at < clause.end else ""

    def _reads(self, clause: Clause, at: int) -> bool:
        """ "show me …", "can you tell me why …"; "search results are wrong" names a thing."""
        opened = {hit.end for hit in self.found("openers.you", clause)}
        starts = {hit.start for hit in self.found("reads.verbs", clause)}
        is_noun = any(clause.start <= hit.start < clause.end for hit in self.trouble) and not self.references(clause)
        return not starts.isdisjoint(opened) or (at in starts and not is_noun)

    def references(self, clause: Clause) -> list[Token]:
        """The tickets, numbers and links of a clause."""
        return [token for token in self.reading.tokens[clause.start : clause.end] if token.kind in REFERENCES]

    def _order(self, clause: Clause) -> Hit | None:
        """The words of an order: its verb at the beginning, or anywhere behind “can you”, “please” or “should be”."""
        at = self.first(clause)
        if self._reads(clause, at):
            return None
        opened = self.found("openers.you", clause)
        polite = self.found("openers.polite", clause)
        start = self.told_from(clause)
        verbs = self.found("orders.verbs", clause)
        if begun := next((hit for hit in verbs if hit.start in {at, start}), None):
            return begun
        behind = min((hit.start for hit in (*opened, *polite)), default=clause.end)
        if asked := next((hit for hit in verbs if hit.start > behind), None):
            return asked
        passive = min((hit.end for hit in self.found("openers.passive", clause)), default=clause.end)
        if done := next((hit for hit in self.found("orders.done", clause) if hit.start >= passive), None):
            return done
        if (opened or (polite and polite[0].start <= at)) and not self.wants_hands(clause):
            return (opened or polite)[0]
        return None

    def wants_hands(self, clause: Clause) -> bool:
        """ "can someone look", "can you check", "please help"."""
        if self.found("helps.phrases", clause):
            return True
        asked = (
            self.found("helps.someone", clause)
            or self.found("openers.you", clause)
            or self.found("openers.polite", clause)
        )
        return bool(asked and self.found("helps.look", clause))
