"""The bench runs anywhere, in its short form, and leaves no figure out. How good the figures are is no test."""

import json

import pytest

from bench.workplace import ROOT
from tests.process import script

BENCH = ROOT / "bench"
WITHIN = 120.0  # seconds
FIGURES = {
    "--help ms",
    "start to ready s",
    "idle CPU %",
    "idle memory MB",
    "envelope to ack p50 ms",
    "envelope to ack p99 ms",
    "ack p50 ratio to bare",
    "mention to eyes p95 ms",
    "mention to card p95 ms",
    "20/s cards",
}


@pytest.mark.campaign
def test_the_short_bench_prints_all_figures() -> None:
    bench = script(BENCH / "intake.py", "--short", "--json", within=WITHIN)
    assert bench.returncode == 0, bench.stderr
    figures = json.loads(bench.stdout.splitlines()[-1])
    assert set(figures) >= FIGURES
    assert figures["20/s cards"] == "20 of 20"


# What each script says at least, in its short form.
ROWS: dict[str, tuple[str, ...]] = {
    "ack": ("1 at once: ratio at p50", "16 at once: ratio at p99", "64 at once: p99 ms", "beside a body of 25 MiB"),
    "assign_race": (
        "SQLite: reports at once, s",
        "PostgreSQL: one after another, s",
        "PostgreSQL: spread of those with room",
        "above capacity",
    ),
    "audit_verify": ("200,000 events checked, s", "ratio of the two", "events sealed in a second"),
    "business_time": ("100,000 deadlines, s", "ratio of the two"),
    "card_coalesce": (
        "one card, 50 changes in 2 s: updates",
        "one call for each change",
        "calls sent / changes made",
        "cards without their last state",
    ),
    "context": ("2,000 messages to a context, p95 ms", "calls to count, each", "ratio of the two"),
    "digest_build": ("50 digests, s", "queries of one at most", "growth at its peak, MB"),
    "home_open": (
        "responder: event to views.publish, p95 ms",
        "manager: ratio of the two",
        "admin: queries",
    ),
    "intake_github": (
        "cards a minute",
        "waiting, mean of the last quarter",
        "issue to card p99",
        "model answers in 2 s",
    ),
    "ledger": (
        "SQLite: 8 workers, reservations/s",
        "SQLite: overshoot, tokens",
        "PostgreSQL: overshoot, tokens",
        "PostgreSQL: its overshoot, tokens",
        "PostgreSQL: ratio of the two rates",
    ),
    "list": ("first page of", "the same for who has none of them, p95 ms", "loading and sorting all, ms"),
    "memory": ("ingress: MB idle", "worker: MB after 300 deliveries", "worker: growth"),
    "move": ("tickets with history", "MB of memory at most"),
    "turn": (
        "a request with three reads, ms until its answer is seen, p95",
        "ratio of the medians",
        "requests that wait, MB more",
    ),
    "trace": ("a request whose trace keeps its words, median ms", "ratio of the two", "ratio to that"),
    "parse": ("a line read, p99 ms", "ratio of the two"),
    "queue": ("SQLite: put/s, share that is left", "PostgreSQL: idle worker, % of a core"),
    "redact": ("redaction of a log line",),
    "reminder_scan": (
        "what is due of 10,000, ms",
        "1,000 due asked for, ms",
        "ix_reminders_due",
        "testing each in Python",
    ),
    "replan": ("tickets by new hours, s", "longest write transaction, ms", "ratio of the two"),
    "scale": ("PostgreSQL: gain of the second process, model in 250 ms", "PostgreSQL: empty jobs/s"),
}


# They start processes of their own, or a server, which takes as long as all the others together.
LONG = {
    *("ack", "assign_race", "digest_build", "intake_github", "ledger", "list", "memory", "move"),
    *("queue", "reminder_scan", "replan", "scale", "turn"),
}
SCRIPTS = [pytest.param(name, marks=[pytest.mark.campaign] if name in LONG else []) for name in sorted(ROWS)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_prints_its_rows_and_the_machine(name: str) -> None:
    bench = script(BENCH / f"{name}.py", *([] if name == "redact" else ["--quick"]), within=WITHIN)
    assert bench.returncode == 0, bench.stderr
    assert [row for row in (*ROWS[name], "Linux, Python 3.") if row not in bench.stdout] == []
