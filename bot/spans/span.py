"""A stretch of time in the life of an event; which trace it belongs to follows from the event's correlation id."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Span:
    """Times are seconds since 1970.

    Processes hand nothing over: `place` is what this one is called within its trace, and who knows how to call it can
    name it as a `parent`. One without a place is nobody's parent.
    """

    name: str
    correlation_id: str
    start: float
    end: float
    place: str = ""
    parent: str = ""
    is_call: bool = False  # of another service
    problem: str = ""  # in a few words, none of them a person's
    caller: str = ""  # the traceparent that a request came with
    facts: Mapping[str, str | int] = field(default_factory=dict)


Hear = Callable[[Span], None]
_hear: ContextVar[Hear | None] = ContextVar("hear", default=None)


@contextmanager
def heard_by(hear: Hear) -> Iterator[None]:
    """Have the spans of this task, and of those it starts meanwhile, told to a listener that never waits."""
    token = _hear.set(hear)
    try:
        yield
    finally:
        _hear.reset(token)


def is_anybody_there() -> bool:
    """Whether a span is worth making."""
    return _hear.get() is not None


def tell(span: Span) -> None:
    """A span is over."""
    hear = _hear.get()
    if hear and span.correlation_id:
        hear(span)


@contextmanager
def timed(name: str, *, correlation_id: str, parent: str, facts: Mapping[str, str | int]) -> Iterator[Span]:
    """The span of a call to another service, from here to the end, where it is told with the problem it was given."""
    span = Span(
        name=name, correlation_id=correlation_id, start=time.time(), end=0.0, parent=parent, is_call=True, facts=facts
    )
    try:
        yield span
    except BaseException as error:
        span.problem = span.problem or type(error).__name__
        raise
    finally:
        span.end = time.time()
        tell(span)
