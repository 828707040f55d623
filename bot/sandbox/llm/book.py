"""The rules while they are used: which one fits a request, how often each still answers, and what still goes wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.llm.asked import Asked
from bot.sandbox.llm.faults import Fault, UnscriptedError
from bot.sandbox.llm.rules import Rule


@dataclass
class Entry:
    """A rule and what is left of it; `hits` counts the requests that it was taken for."""

    rule: Rule
    hits: int = 0
    answers: int = 0
    met: list[int] = field(default_factory=list)  # how often each of its faults came

    def __post_init__(self) -> None:
        self.met = [0] * len(self.rule.faults)

    @property
    def is_used_up(self) -> bool:
        """Whether it has given all its answers."""
        return self.rule.times is not None and self.answers >= self.rule.times

    def take(self) -> Fault | None:
        """Count a request, and say what goes wrong with it."""
        let_past, self.hits = self.hits, self.hits + 1
        for at, fault in enumerate(self.rule.faults):
            if let_past >= fault.after and (fault.times is None or self.met[at] < fault.times):
                self.met[at] += 1
                return fault
        return None


class Book:
    """All rules, the first that fits is taken; the defaults come last."""

    def __init__(self, rules: Iterable[Rule] = (), *, defaults: Iterable[Rule] = ()) -> None:
        self.entries = [Entry(rule) for rule in rules]
        self.defaults = [Entry(rule) for rule in defaults]

    def add(self, *rules: Rule) -> None:
        """Write rules below those that are there."""
        self.entries += [Entry(rule) for rule in rules]

    def find(self, asked: Asked) -> Entry:
        """The rule for a request.

        Raises:
            UnscriptedError: none fits; it names the one that holds the most of what it asks for, and what is wrong.
        """
        near: list[tuple[int, int, str]] = []
        for place, entry in enumerate((*self.entries, *self.defaults)):
            judged = entry.rule.match.judged(asked)
            wrong = [why for holds, why in judged if not holds]
            if not wrong and not entry.is_used_up:
                return entry
            fit = len(judged) - 2 * len(wrong)
            if entry.is_used_up:
                wrong.append(f"it has given its {entry.rule.times} answers")
            near.append((fit, -place, f'"{entry.rule.name or f"number {place + 1}"}": {"; ".join(wrong)}'))
        nearest = f"the nearest is {max(near)[2]}" if near else "there are none"
        raise UnscriptedError(
            f"no rule fits {asked.purpose[:60]!r}, {asked.text[:60]!r} (turn {asked.turn}): {nearest}"
        )
