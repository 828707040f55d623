"""Every call to a model is timed and counted; a probe reads how the last one went, and so costs nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.errors import ModelError
from bot.metrics import API_REQUESTS, LLM_ERRORS, LLM_SECONDS
from bot.spans import trace


@dataclass(frozen=True, kw_only=True)
class LastCall:
    """How the last call went: `problem` is None when it was served."""

    seconds: float
    problem: str | None


class Meter:
    """One provider's; `clock` is monotonic seconds."""

    def __init__(self, provider: str, *, clock: Callable[[], float]) -> None:
        self.last_call: LastCall | None = None
        self._provider, self._clock = provider, clock

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

    def answered(self, status: int | None) -> None:
        """The provider answered so, or not at all."""
        API_REQUESTS.labels(self._provider, str(status or "none")).inc()


def _class(error: ModelError) -> str:
    """One of a few names for a model's failure."""
    return error.word or str(error).partition(" (")[0].removeprefix("model ").replace(" ", "_")
