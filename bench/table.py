"""What every bench prints: its figures, beside each goal whether it is met, and the machine that they were taken on."""

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OK, MISSED = "ok", "missed"


@dataclass(frozen=True)
class Row:
    """One figure; `goal` and `is_met` where there is one."""

    name: str
    value: float | str
    goal: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        verdict = "" if self.is_met is None else f"{self.goal:10} {OK if self.is_met else MISSED}"
        return f"{self.name:64} {_shown(self.value):>16}  {verdict}".rstrip()


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def at_most(name: str, value: float, limit: float) -> Row:
    """A figure that should not be above the limit."""
    return Row(name, value, f"<= {limit:g}", value <= limit)


def below(name: str, value: float, limit: float) -> Row:
    """A figure that should stay under the limit."""
    return Row(name, value, f"< {limit:g}", value < limit)


def at_least(name: str, value: float, limit: float) -> Row:
    """A figure that should reach the limit."""
    return Row(name, value, f">= {limit:g}", value >= limit)


def wants_quick(description: str | None, what: str) -> bool:
    """Whether `--quick` was asked for, where that is the only choice; `what` says what it costs."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help=what)
    return bool(parser.parse_args().quick)


def show_on_file(measure: Callable[[Path, int], Coroutine[Any, Any, Iterable[Row]]], number: int) -> None:
    """Measure with so many rows on a SQLite file of its own, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        show(asyncio.run(measure(Path(folder) / "bench.db", number)))


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, in milliseconds."""
    ranked = sorted(seconds)
    return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000, 2)


def show(rows: Iterable[Row]) -> None:
    """Print the table; figures are no tests, so nothing depends on whether the goals are met."""
    print("\n".join(map(str, rows)))
    load = os.getloadavg()[0]
    print(
        f"\n{os.cpu_count()} x {platform.machine()}, {platform.system()}, Python {platform.python_version()}, "
        f"load {load:.1f}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )
