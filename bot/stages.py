"""Each step on an event's way, from its arrival to the last effect, is one line in the log, one count and a span."""

from typing import Any

import structlog

from bot import metrics
from bot.spans import trace
from storage.database import Database
from storage.queue import Step
from storage.turn_news import ToolUsed, TurnEnded

log = structlog.get_logger()

PRIORITIES = ("interactive", "event", "derived", "bulk")
# The worker says these itself, and why.
SAID_BY_THE_WORKER = {"done", "ignored", "dead", "retried", "throttled", "released"}
MOST_EVENTS = 64  # names that come from outside; from there on they are all "other"

_events: set[str] = set()


def watch(db: Database) -> None:
    """Measure what happens in a database, and tell of each step of a job once it is committed."""
    db.on_transaction = lambda op, seconds: metrics.DB_SECONDS.observe(seconds, op)
    db.on_told = _told


def delivery(stage: str, *, source: str, event: str, **named: Any) -> None:
    """An event is `received`, and then `stored`, `ignored` or a `duplicate`."""
    _say("delivery", stage, source=source, kind=event, **named)
    if stage != "received":
        metrics.DELIVERIES.labels(source, _bounded(event), stage).inc()


def rejected(reason: str, **named: Any) -> None:
    """A webhook request is refused."""
    log.warning("delivery.rejected", reason=reason, **named)
    metrics.REJECTED.labels(reason).inc()


def acknowledged(stage: str, *, seconds: float, caller: str, delivery_id: int | None, **named: str) -> None:
    """An event is `stored`, `ignored` or a `duplicate`, and its sender hears of it so many seconds after it came.

    Args:
        caller: the traceparent that it came with, or nothing.
        delivery_id: under which it is stored; None for a duplicate.
    """
    metrics.ACK.observe(seconds)
    about: dict[str, Any] = {**named, **_of(delivery_id)}
    delivery(stage, **about)
    trace.arrived(seconds, outcome=stage, caller=caller, **named)


def effect(stage: str, *, target: str, key: str, **named: Any) -> None:
    """A write to another service is `intended`, and then `sent` and `confirmed`, or it `failed`."""
    _say("effect", stage, target=target, effect_key=key, **named)
    metrics.EFFECTS.labels(target, stage).inc()


def _told(news: object) -> None:
    if isinstance(news, Step):
        _job(news)
        trace.stepped(news)
    elif isinstance(news, TurnEnded):
        metrics.TURNS.labels(news.outcome).inc()
    elif isinstance(news, ToolUsed):
        metrics.TOOL_CALLS.labels(news.state).inc()
        if news.not_granted:
            metrics.NOT_GRANTED.inc()


def _job(step: Step) -> None:
    if step.stage not in SAID_BY_THE_WORKER:
        named: dict[str, Any] = {"job": step.kind, "job_id": step.job_id, "attempt": step.attempt, "fence": step.fence}
        named |= _of(step.delivery_id)
        _say("job", step.stage, correlation_id=step.correlation_id, detail=step.detail or None, **named)
    if step.stage == "reserved":
        metrics.JOB_WAIT.observe(step.waited, PRIORITIES[step.priority])
    if step.stage == "crashed":
        metrics.ATTEMPTS.labels(step.kind, "crash").inc()
    if trace.is_over(step):
        metrics.JOBS.labels(step.kind, step.stage).inc()
        if step.stage == "superseded":
            metrics.SUPERSEDED.inc()
    if step.stage == "done" and step.delivery_id is not None and step.parent_id is None:
        metrics.END_TO_END.observe(step.age, _bounded(step.event or step.kind))


def _of(delivery_id: int | None) -> dict[str, int]:
    """A job that came of another one is in its context, which knows the delivery."""
    return {} if delivery_id is None else {"delivery_id": delivery_id}


def _say(what: str, stage: str, **named: Any) -> None:
    name = f"{what}.{stage}"
    log.info(name, **named)


def _bounded(event: str) -> str:
    if event not in _events and len(_events) >= MOST_EVENTS:
        return "other"
    _events.add(event)
    return event
