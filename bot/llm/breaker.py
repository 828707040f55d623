"""A provider that keeps failing is left alone for a while, by all processes: a pure function of the time and a row.

It opens after IN_A_ROW faults or when half of the last WINDOW calls, all within SPAN, were faults; after a rest one
call may probe, and what becomes of that closes it or makes the next rest twice as long. A refused key opens it as well,
until the settings change or KEY_REST is over.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from prompts.words import fixed

IN_A_ROW = 5
WINDOW, SPAN = 20, timedelta(seconds=60)
REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=5)
KEY_REST = timedelta(minutes=10)
PROBE = timedelta(seconds=60)  # after which a probe is taken to have died with its process

LEFT_ALONE = fixed("model is left alone after repeated failures")
KEY_REFUSED = fixed("model is left alone since it refused the key")

# What a call came to: `fault`: the provider did not serve it; `key`: it refused the key; `none`: it says nothing.
Verdict = Literal["served", "fault", "key", "none"]
Why = Literal["", "faults", "key"]


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """What is known of one provider; closed while `why` is empty.

    `recent` are the ends of its last calls with whether each was a fault, oldest first; `rests` how often it was opened
    since it last served; `settings` a mark of the settings whose key was refused.
    """

    recent: tuple[tuple[float, bool], ...] = ()
    why: Why = ""
    until: float = 0.0
    rests: int = 0
    probe_until: float = 0.0
    settings: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "recent": [[round(at, 3), was_fault] for at, was_fault in self.recent]}


def from_json(state: dict[str, Any] | None) -> Breaker:
    """As it was kept; without anything it is closed."""
    if state is None:
        return Breaker()
    return Breaker(**state | {"recent": tuple((at, was_fault) for at, was_fault in state["recent"])})


def is_open(breaker: Breaker, *, settings: str) -> bool:
    """Whether calls are refused, or one alone may probe."""
    return bool(breaker.why) and not _is_outdated(breaker, settings)


def refusal(breaker: Breaker, *, now: datetime, settings: str) -> str:
    """Why this call may not be made; empty when it may."""
    is_busy = max(breaker.until, breaker.probe_until) > now.timestamp()
    if not is_open(breaker, settings=settings) or not is_busy:
        return ""
    return KEY_REFUSED if breaker.why == "key" else LEFT_ALONE


def entered(breaker: Breaker, *, now: datetime, settings: str) -> Breaker:
    """What is known once a call that was not refused has begun: where it is open, that call is the probe."""
    if breaker.why and _is_outdated(breaker, settings):
        return Breaker()
    return replace(breaker, probe_until=(now + PROBE).timestamp()) if breaker.why else breaker


def ended(breaker: Breaker, verdict: Verdict, *, was_probe: bool, now: datetime, settings: str) -> Breaker:
    """What is known after a call. While it is open only the probe counts: the others began before."""
    if verdict == "key":
        return Breaker(why="key", until=(now + KEY_REST).timestamp(), settings=settings)
    if breaker.why:
        return _after_probe(breaker, verdict, now=now) if was_probe else breaker
    if verdict == "none":
        return breaker
    known = replace(breaker, recent=(*breaker.recent, (now.timestamp(), verdict == "fault"))[-WINDOW:])
    return _opened(known, now=now) if _is_too_much(known, now=now) else known


def _after_probe(breaker: Breaker, verdict: Verdict, *, now: datetime) -> Breaker:
    if verdict == "served":
        return Breaker()
    return _opened(breaker, now=now) if verdict == "fault" else replace(breaker, probe_until=0.0)


def _opened(breaker: Breaker, *, now: datetime) -> Breaker:
    rest = min(REST * 2 ** min(breaker.rests, 10), LONGEST_REST)
    return Breaker(why="faults", until=(now + rest).timestamp(), rests=breaker.rests + 1)


def _is_too_much(breaker: Breaker, *, now: datetime) -> bool:
    lately = [was_fault for at, was_fault in breaker.recent if at > (now - SPAN).timestamp()]
    last = [was_fault for _, was_fault in breaker.recent[-IN_A_ROW:]]
    return (len(last) == IN_A_ROW and all(last)) or (len(lately) == WINDOW and 2 * sum(lately) >= WINDOW)


def _is_outdated(breaker: Breaker, settings: str) -> bool:
    """Whether the settings are others than those whose key was refused."""
    return breaker.why == "key" and breaker.settings != settings
