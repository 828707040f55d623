"""What a trace shows: the arrival of an event, its jobs with their waits and attempts, the effects and model calls."""

import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

from structlog.contextvars import get_contextvars

from bot.spans.span import Span, is_anybody_there, tell, timed
from storage.queue import Step

ARRIVAL = "arrival"  # the place of an event's own span
ENDS = {"done", "ignored", "dead", "cancelled", "superseded"}
BACK = {"retried", "throttled", "released", "crashed"}
FAILED = {"dead", "retried", "crashed"}
TOLD = "by job "  # how the detail of a job that is superseded while it runs begins
_JOB_OF_KEY = re.compile(r"(?:^|:)(job:\d+)(?=:|$)")  # as bot.worker.Run.key says it


def arrived(
    seconds: float, *, source: str, event: str, dedupe_key: str, outcome: str, correlation_id: str, caller: str
) -> None:
    """An event was taken in, in so many seconds until now."""
    end = time.time()
    tell(
        Span(
            name=f"receive {source}",
            correlation_id=correlation_id,
            start=end - seconds,
            end=end,
            place="" if outcome == "duplicate" else ARRIVAL,
            caller=caller,
            facts={"source": source, "kind": event, "dedupe_key": dedupe_key, "outcome": outcome},
        )
    )


def stepped(step: Step) -> None:
    """A job began or ended, or an attempt of it did."""
    if is_anybody_there():
        for span in _spans_of(step):
            tell(span)


def effect(*, target: str, key: str, correlation_id: str) -> AbstractContextManager[Span]:
    """Around a write to another service; what it is part of is the job that runs here, or the one its key names."""
    of_key = _JOB_OF_KEY.search(key)
    parent = _attempt_here() or (of_key[1] if of_key else ARRIVAL)
    facts = {"target": target, "effect_key": key}
    return timed(f"effect {target}", correlation_id=correlation_id, parent=parent, facts=facts)


def model_call(provider: str) -> AbstractContextManager[Span]:
    """Around a call to a model, in the job that runs here."""
    correlation_id = str(get_contextvars().get("correlation_id", ""))
    return timed("model", correlation_id=correlation_id, parent=_attempt_here(), facts={"provider": provider})


def is_over(step: Step) -> bool:
    """Whether the job ends with this step; one that is superseded while it runs is told so first, and ends later."""
    return step.stage in ENDS and not (step.ran is not None and step.detail.startswith(TOLD))


def _spans_of(step: Step) -> Iterator[Span]:
    if step.stage == "reserved":
        yield _part(step, "wait", seconds=step.waited)
    elif step.stage in BACK or is_over(step):
        if step.ran is not None:
            yield _part(step, "attempt", seconds=step.ran, place=f"job:{step.job_id}:{step.fence}")
        if step.stage in ENDS:
            yield _whole(step)


def _whole(step: Step) -> Span:
    """The job from the moment it was put; when a dead letter was replayed, from then on and beneath the first one."""
    own = f"job:{step.job_id}"
    if step.replays:
        return _part(step, f"job {step.kind}", seconds=step.age)
    caused_by = ARRIVAL if step.delivery_id is not None else ""
    parent = caused_by if step.parent_id is None else f"job:{step.parent_id}"
    return _part(step, f"job {step.kind}", seconds=step.age, place=own, parent=parent)


def _part(step: Step, name: str, *, seconds: float, place: str = "", parent: str | None = None) -> Span:
    end = step.at.timestamp()
    return Span(
        name=name,
        correlation_id=step.correlation_id,
        start=end - seconds,
        end=end,
        place=place,
        parent=f"job:{step.job_id}" if parent is None else parent,
        problem=step.detail.partition(":")[0] if step.stage in FAILED else "",  # what follows may be people's words
        facts={
            "job": step.kind,
            "job_id": step.job_id,
            "attempt": step.attempt,
            "fence": step.fence,
            "outcome": step.stage,
        },
    )


def _attempt_here() -> str:
    """The place of the attempt that runs in this task, or nothing."""
    known = get_contextvars()
    return f"job:{known['job_id']}:{known['fence']}" if {"job_id", "fence"} <= known.keys() else ""
