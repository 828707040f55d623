"""What is asked of a language model and what it answers, whoever serves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One question whose answer should fit a JSON schema; the asker validates, since not every server enforces it."""

    system: str
    prompt: str
    schema: Mapping[str, object]
    max_tokens: int
    is_hard: bool = False  # for the larger model
    previous: tuple[tuple[str, str], ...] = ()  # (answer, what was wrong with it), oldest first: a re-ask

    @property
    def characters(self) -> int:
        """How much the model has to read."""
        return sum(map(len, (self.system, self.prompt, str(self.schema), *chain.from_iterable(self.previous))))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A finished answer; an unfinished one is a ModelError instead."""

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    stop_reason: str
    request_id: str | None
