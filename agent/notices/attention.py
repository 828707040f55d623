"""Whether and when a person is told: now, later, with their daily digest or not at all, and why.

The one place that decides it, and pure. `RULES` are asked in order, and the first that has something to say counts;
the reason is kept with the notice (storage/notices.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from prompts.words import fixed

Fate = Literal["told", "held", "spared"]
WOKEN = "wakes them"
CAPPED = fixed("there was a nudge within the hour")
APART = timedelta(hours=1)  # between two nudges to one person


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A sort of notice. `weight` is what it asks of the reader: to act at once, to act, or to know."""

    name: str
    weight: Literal["urgent", "action", "information"]
    can_be_muted: bool = True
    is_capped: bool = False  # at most one within `APART`; more are joined
    was_asked_for: bool = False  # for this very moment


GIVEN = Sort(name="given", weight="action", can_be_muted=False)  # a ticket that is theirs now, or waits for them
DEADLINE = Sort(name="deadline", weight="action")  # theirs comes near, or has passed
BREACH = Sort(name="breach", weight="urgent", can_be_muted=False)  # for managers and admins
CALL = Sort(name="call", weight="action")  # nobody has it: a manager should act
ASKS = Sort(name="asks", weight="action", can_be_muted=False)  # a proposal waits for them
DECIDED = Sort(name="decided", weight="information", can_be_muted=False)  # theirs was
LIST = Sort(name="list", weight="action", can_be_muted=False)  # for managers: what somebody who goes leaves
NEWS = Sort(name="news", weight="information")
REVIEW = Sort(name="review", weight="action", is_capped=True)  # a pull request waits for them
NUDGE = Sort(name="nudge", weight="action", is_capped=True)
ALARM = Sort(name="alarm", weight="information", can_be_muted=False, was_asked_for=True)
ASKED = Sort(name="asked", weight="action")  # somebody else wanted them to be reminded


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands to one notice at one moment."""

    mute: str = ""  # what keeps them from hearing of it
    digest: str = ""  # why it is to wait for the daily digest
    quiet_until: datetime | None = None
    quiet: str = ""  # why until then
    is_critical: bool = False
    wakes: bool = False  # they want to hear of critical tickets at any time
    nudged_at: datetime | None = None  # last, if not long ago


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a notice. `until` is when a held one goes out; None then is "with the digest"."""

    fate: Fate
    reason: str
    until: datetime | None = None
    is_woken: bool = False


def _muted(sort: Sort, standing: Standing, now: datetime) -> Verdict | None:
    if not standing.mute or not sort.can_be_muted:
        return None
    return Verdict(fate="spared", reason=standing.mute)


def _for_the_digest(sort: Sort, standing: Standing, now: datetime) -> Verdict | None:
    return Verdict(fate="held", reason=standing.digest) if standing.digest else None


def _quiet(sort: Sort, standing: Standing, now: datetime) -> Verdict | None:
    if standing.quiet_until is None or standing.quiet_until <= now or sort.was_asked_for:
        return None
    if standing.is_critical and standing.wakes and sort.weight != "information":
        return Verdict(fate="told", reason=f"{standing.quiet}, but it is critical and {WOKEN}", is_woken=True)
    return Verdict(fate="held", reason=standing.quiet, until=standing.quiet_until)


def _capped(sort: Sort, standing: Standing, now: datetime) -> Verdict | None:
    if not sort.is_capped or standing.nudged_at is None or now - standing.nudged_at >= APART:
        return None
    return Verdict(fate="held", reason=CAPPED, until=standing.nudged_at + APART)


RULES: tuple[Callable[[Sort, Standing, datetime], Verdict | None], ...] = (_muted, _for_the_digest, _quiet, _capped)


def decide(sort: Sort, standing: Standing, *, now: datetime) -> Verdict:
    """What becomes of a notice of this sort to somebody who stands so."""
    for rule in RULES:
        if verdict := rule(sort, standing, now):
            return verdict
    return Verdict(fate="told", reason=fixed("nothing spoke against it"))
