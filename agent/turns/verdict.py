"""What rules are told of a message, and what they make of it."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

from prompts.words import Phrase

Kind = Literal["courtesy", "research", "remind", "assign", "create", "comment", "never", "unsure"]
BY_RULES = "rules"  # who decided, in the route of a turn that no model reads
LEAST = 0.7  # the confidence below which rules do not decide
# What may be done at any confidence when no model answers: it is read, or kept as a report or a remark.
TOLD: frozenset[Kind] = frozenset({"create", "comment"})
GUESSES: frozenset[Kind] = frozenset({"research", "create", "comment"})


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message and where it was said.

    Args:
        text: without the mention of the bot, as Slack sends it.
        is_top_level: it begins a thread of its own.
        ticket: the name of the ticket that its thread is about, as `CH-4`; empty for none.
    """

    text: str
    is_top_level: bool = True
    is_dm: bool = False
    ticket: str = ""


class Step(NamedTuple):
    """What one specialist is to do; `command` is a line for the grammar where the rule knows all of it."""

    specialist: str
    goal: str
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a message means, how sure that is (0..1), and why.

    `unsure` is for a model: then `guess` is what rules would make of it, and `steps` are there only if that is
    something which may be done on a guess. `is_question`: it asks something, so that a ticket is only offered.
    `is_order`: it tells me to do something. `is_report_too`: it asks something, and may as well be a report.
    """

    kind: Kind
    confidence: float
    reasons: tuple[Phrase, ...]
    steps: tuple[Step, ...] = ()
    is_question: bool = False
    is_order: bool = False
    is_report_too: bool = False
    guess: Kind = "unsure"

    @property
    def command(self) -> str:
        """The command line of the only step, if it has one."""
        return self.steps[0].command if len(self.steps) == 1 else ""

    @property
    def is_told(self) -> bool:
        """Whether it only tells of something: a report or a remark, however sure that is."""
        return self.kind in TOLD or (self.guess in TOLD and not self.is_question and not self.is_order)

    @property
    def may_be_kept(self) -> bool:
        """Whether a report or a remark is the best guess, also beside an order that nobody can follow."""
        return self.kind in TOLD or (self.guess in TOLD and not self.is_question)

    def settled(self) -> Self:
        """The same, with the kind `unsure` where the confidence is too low to decide."""
        if self.kind == "unsure" or self.confidence >= LEAST:
            return self
        steps = self.steps if all(step.specialist in GUESSES for step in self.steps) else ()
        return replace(self, kind="unsure", guess=self.kind, steps=steps)
