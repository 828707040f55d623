"""Every call to a model is timed, counted and priced; a probe reads how the last one went, and so costs nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.errors import ModelError
from bot.metrics import API_REQUESTS, BREAKER, LLM_COST, LLM_ERRORS, LLM_SECONDS, LLM_TOKENS
from bot.spans import trace


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars for a million tokens; 0 where nobody said."""

    input: float = 0.0
    output: float = 0.0

    def of(self, *, input_tokens: int, output_tokens: int) -> float:
        """What one call cost."""
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


@dataclass(frozen=True, kw_only=True)
class LastCall:
    """How the last call went: `problem` is None when it was served."""

    seconds: float
    problem: str | None


class Meter:
    """One provider's; `clock` is monotonic seconds."""

    def __init__(self, provider: str, *, price: Price, clock: Callable[[], float]) -> None:
        self.last_call: LastCall | None = None
        self._provider, self._price, self._clock = provider, price, clock

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around a question, whether or not it comes to a call."""
        try:
            yield
        except ModelError as error:
            LLM_ERRORS.labels(_class(error)).inc()
            raise

    @contextmanager
    def called(self) -> Iterator[None]:
        """Around one call."""
        start, problem = self._clock(), None
        with trace.model_call(self._provider):
            try:
                yield
            except ModelError as error:
                problem = str(error)
                raise
            finally:
                self.last_call = LastCall(seconds=self._clock() - start, problem=problem)
                LLM_SECONDS.observe(self.last_call.seconds)

    def answered(self, status: int | None, *, is_left_alone: bool) -> None:
        """The provider answered so, or not at all, and is left alone from here on or not."""
        API_REQUESTS.labels(self._provider, str(status or "none")).inc()
        BREAKER.labels(self._provider).set(is_left_alone)

    def used(self, *, input_tokens: int, output_tokens: int) -> None:
        """What the answer took."""
        LLM_TOKENS.labels("input").inc(input_tokens)
        LLM_TOKENS.labels("output").inc(output_tokens)
        LLM_COST.inc(self._price.of(input_tokens=input_tokens, output_tokens=output_tokens))


def _class(error: ModelError) -> str:
    """One of a few names for a model's failure."""
    return str(error).partition(" (")[0].removeprefix("model ").replace(" ", "_")
