"""What an operator can measure: every metric there is, in Prometheus form and, for people, as JSON with percentiles.

Labels are bounded: kinds, states, classes and Slack's or GitHub's own event names; never a person, a repository, an id
or a raw path. docs/metrics.md explains each.
"""

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

SAMPLES = 1000  # remembered of each timing, for the percentiles
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
PERCENTILES = (50, 95, 99)

REGISTRY = CollectorRegistry()
ProcessCollector(namespace="chargehand", registry=REGISTRY)


class Timing:
    """Durations in seconds: a Prometheus histogram that also remembers its last samples."""

    def __init__(self, name: str, text: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.histogram = Histogram(f"chargehand_{name}", text, labels, buckets=BUCKETS, registry=REGISTRY)
        self.samples: defaultdict[tuple[str, ...], deque[float]] = defaultdict(lambda: deque(maxlen=SAMPLES))

    def observe(self, seconds: float, *labels: str) -> None:
        """Count one duration."""
        (self.histogram.labels(*labels) if labels else self.histogram).observe(seconds)
        self.samples[labels].append(seconds)

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Label values, comma-separated -> p50, p95, p99 and the number of samples they come from."""
        return {",".join(labels): _summary(sorted(samples)) for labels, samples in self.samples.items()}


def _summary(ranked: Sequence[float]) -> dict[str, float]:
    at = {f"p{share}": ranked[math.ceil(len(ranked) * share / 100) - 1] for share in PERCENTILES}
    return {**{name: round(value, 6) for name, value in at.items()}, "samples": len(ranked)}


def _counter(name: str, text: str, labels: Sequence[str] = ()) -> Counter:
    return Counter(f"chargehand_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
    return Gauge(f"chargehand_{name}", text, labels, registry=REGISTRY)


# What comes in
DELIVERIES = _counter("deliveries", "Events that came in", ("source", "event", "outcome"))
REJECTED = _counter("webhook_rejected", "Webhook requests that were refused", ("reason",))
ACK = Timing("ack_seconds", "From the arrival of an event to its acknowledgement")
END_TO_END = Timing("end_to_end_seconds", "From the arrival of an event to the end of its job", ("event",))
# The queue
QUEUE_JOBS = _gauge("queue_jobs", "Unfinished jobs", ("state", "priority"))
QUEUE_LIMIT = _gauge("queue_limit", "Waiting jobs from which on deliveries have to wait for theirs")
QUEUE_OLDEST = _gauge("queue_oldest_seconds", "Age of the oldest job that could run")
JOBS = _counter("jobs", "Jobs that ended", ("kind", "outcome"))
ATTEMPTS = _counter("job_attempts", "Attempts that failed, by what the failure means", ("kind", "class"))
JOB_SECONDS = Timing("job_seconds", "Duration of one attempt", ("kind",))
JOB_WAIT = Timing("job_wait_seconds", "From when a job could run to its start", ("priority",))
INFLIGHT = _gauge("inflight", "Jobs that this process runs")
DEAD_LETTERS = _gauge("dead_letters", "Dead letters that nobody has replayed or discarded", ("kind",))
SUPERSEDED = _counter("superseded", "Jobs that a newer one replaced")
LEASE_LOST = _counter("lease_lost", "Attempts whose lease had gone to somebody else")
# What goes out
EFFECTS = _counter("effects", "Writes to other services", ("target", "outcome"))
EFFECTS_UNCERTAIN = _gauge(
    "effects_uncertain", "Writes to Slack and GitHub of which nobody knows yet whether they happened"
)
OUTBOX_PENDING = _gauge("outbox_pending", "Slack calls that are stored and not sent")
LIMITER_WAIT = Timing("limiter_wait_seconds", "Waiting for a turn at another service", ("bucket",))
BLOCKED = _gauge("blocked_seconds", "How long another service will refuse calls, by its own word", ("bucket",))
API_REQUESTS = _counter("api_requests", "Calls to other services by their answer", ("service", "code"))
GITHUB_REMAINING = _gauge(
    "github_rate_remaining", "Calls that GitHub allows until its limit resets; NaN before the first"
)
GITHUB_LIMIT = _gauge("github_rate_limit", "Calls that GitHub allows in an hour; NaN before the first")
# The model
LLM_SECONDS = Timing("llm_seconds", "Duration of one call to the model")
LLM_TOKENS = _counter("llm_tokens", "Tokens used, by what came of the call", ("provider", "direction", "result"))
LLM_COST = _counter("llm_cost_usd", "Cost of the tokens used, in US dollars, where prices are set")
LLM_ERRORS = _counter("llm_errors", "Calls to the model without a usable answer", ("class",))
BREAKER = _gauge("breaker_state", "1 while calls to a provider are cut off, 0 otherwise", ("provider",))
# The agent
TURNS = _counter("turns", "Requests to the agent that have ended", ("outcome",))
TOOL_CALLS = _counter("tool_calls", "Uses of tools that a model asked for", ("result",))
NOT_GRANTED = _counter("refused_grants", "Uses of tools that a model asked for and did not have")
UNRECEIPTED = _counter("unreceipted_claims", "Things that a model claimed to have done and no receipt shows")
PROPOSALS = _gauge("proposals", "What somebody asked approval for", ("state",))
BUDGET_USED = _gauge("llm_budget_used", "Share of the workspace's budget of today that is used or set aside")
STATUS_MISSED = _counter("status_renewals_missed", "Times that somebody waited longer than they should for a sign")
# The process and its company
SOCKET_AGE = _gauge("slack_socket_age_seconds", "Time since Slack's socket last gave a sign of life")
HEARTBEAT_AGE = _gauge("worker_heartbeat_age_seconds", "Time since a process that runs jobs said that it lives")
CLOCK_LEADER = _gauge("clock_leader", "1 in the process that holds the clock")
GAPS_OPEN = _gauge("gaps_open", "Times in which events could not come in and that nobody has made up for yet")
GAP_SECONDS = _counter("gap_seconds", "Time in which events could not come in, counted when it is made up for")
RECONCILE = _counter("reconcile", "Events that were missed and looked for, by what came of it", ("outcome",))
LOOP_LAG = _gauge("loop_lag_seconds", "How late the event loop turned when last measured")
# The database
DB_SECONDS = Timing("db_seconds", "Duration of a transaction", ("op",))
DB_BYTES = _gauge("db_bytes", "Size of the database")
DISK_FREE = _gauge("disk_free_bytes", "Free space where a SQLite database is; NaN elsewhere")
BACKUP_AGE = _gauge("backup_age_seconds", "Age of the newest backup; NaN while there is none")
BACKUP_WANTED = _gauge("backup_wanted", "1 where a backup every night is set, 0 otherwise")
DB_POOL = _gauge("db_pool_in_use", "Database connections in use")

BACKUP_AGE.set(math.nan)
DISK_FREE.set(math.nan)
GITHUB_REMAINING.set(math.nan)
GITHUB_LIMIT.set(math.nan)
TIMINGS: tuple[Timing, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Timing))


def prometheus() -> bytes:
    """Everything, in Prometheus's text form."""
    return generate_latest(REGISTRY)


def as_json() -> dict[str, object]:
    """Everything, for people and scripts: metric -> label values, comma-separated -> value, or percentiles."""
    timed = {f"chargehand_{timing.name}": timing.percentiles() for timing in TIMINGS}
    plain: dict[str, dict[str, float | None]] = {}
    for metric in REGISTRY.collect():
        if metric.name in timed:
            continue
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                value = sample.value if math.isfinite(sample.value) else None
                plain.setdefault(sample.name, {})[",".join(sample.labels.values())] = value
    return {**plain, **timed}


@dataclass(frozen=True)
class Described:
    """A metric as Prometheus knows it: `_total` is part of a counter's name, a histogram's suffixes are not."""

    name: str
    labels: tuple[str, ...]
    text: str


def catalogue() -> list[Described]:
    """Every metric, in the order in which they are declared."""
    declared = [value for value in globals().values() if isinstance(value, Counter | Gauge | Timing)]
    return [_described(value.histogram if isinstance(value, Timing) else value) for value in declared]


def _described(metric: Counter | Gauge | Histogram) -> Described:
    told = next(iter(metric.describe()))
    name = f"{told.name}_total" if isinstance(metric, Counter) else told.name
    return Described(name, tuple(metric._labelnames), told.documentation)
