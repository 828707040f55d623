"""What it costs to take the secrets out of a log line: `python bench/redact.py`, in microseconds a line.

The lines are those that one report leaves; beside it the same lines rendered without redaction, in the same run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.table import Row, below, show
from bot.redact import OWN, redact_fields

GOAL = 50.0
ROUNDS = 2_000
TRIES = 7
SECRETS = [f"own-secret-{number}-of-this-process" for number in range(10)]
BOUND = {
    "role": "all",
    "worker": "host-1a2b3c4d",
    "correlation_id": "d4308b62fbe4",
    "level": "info",
    "timestamp": "2030-01-31T08:13:42.123Z",
}
JOB = {"job": "slack.message", "job_id": 41, "delivery_id": 7, "attempt": 1, "fence": 3}
LINES: dict[str, dict[str, object]] = {
    "delivery.received": {"source": "slack", "kind": "message"},
    "job.queued": JOB | {"detail": None},
    "job.started": JOB,
    "effect.sent": {"target": "slack.post", "effect_key": "card:12"},
    "Slack call failed": {"kind": "post", "code": "channel_not_found", "attempt": 2},
    "job.retried": JOB
    | {"error": "ClientConnectorError: https://api.example.test/ does not answer", "fault": "transient"},
}


def microseconds(work: Callable[[dict[str, object]], object]) -> float:
    """A line, at the best of several tries: others use this machine too."""
    lines = [{"event": event, **BOUND, **fields} for event, fields in LINES.items()]
    best = float("inf")
    for _ in range(TRIES):
        start = time.perf_counter()
        for _ in range(ROUNDS):
            for line in lines:
                work(line)
        best = min(best, time.perf_counter() - start)
    return best / (ROUNDS * len(lines)) * 1e6


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    OWN.learn(SECRETS)
    rendered, redacted = microseconds(json.dumps), microseconds(redact_fields)
    show(
        [
            below("redaction of a log line, us", redacted, GOAL),
            Row("rendering of the same line, us", rendered),
            Row("ratio of the two", redacted / rendered),
        ]
    )


if __name__ == "__main__":
    main()
