"""What a transaction tells of the agent's work once it is committed, so that it is counted when it has happened."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TurnEnded:
    """A turn has come to its end, with this outcome."""

    outcome: str


@dataclass(frozen=True)
class ToolUsed:
    """A model asked for a tool; `state` is what came of it, `not_granted`: it was none of those it had."""

    state: str
    not_granted: bool = False
