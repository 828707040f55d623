"""A provider that keeps failing is spared for longer and longer, and trusted again once it serves a probe."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.llm import breaker
from bot.llm.breaker import IN_A_ROW, KEY_REFUSED, KEY_REST, LEFT_ALONE, PROBE, WINDOW, Breaker, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
S = "these settings"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ended(known: Breaker, verdict: Verdict, seconds: float, *, was_probe: bool = False, settings: str = S) -> Breaker:
    return breaker.ended(known, verdict, was_probe=was_probe, now=at(seconds), settings=settings)


def refused(known: Breaker, seconds: float, *, settings: str = S) -> str:
    return breaker.refusal(known, now=at(seconds), settings=settings)


def after(verdicts: str, *, every: float = 1.0, known: Breaker | None = None) -> Breaker:
    """`s` served, `f` a fault, `n` nothing; one every so many seconds from noon on."""
    known = known or Breaker()
    for number, letter in enumerate(verdicts):
        names: dict[str, Verdict] = {"s": "served", "f": "fault", "n": "none"}
        known = ended(known, names[letter], number * every)
    return known


OPENED = after("f" * IN_A_ROW)  # at noon and 4 seconds


@pytest.mark.parametrize(
    ("verdicts", "every", "opens"),
    [
        ("f" * (IN_A_ROW - 1), 1, False),
        ("f" * IN_A_ROW, 1, True),
        ("f" * IN_A_ROW, 3600, True),
        ("ffff" + "s" + "ffff", 1, False),
        ("ffffnnf", 1, True),
        ("sf" * (WINDOW // 2), 2.9, True),
        ("sf" * (WINDOW // 2), 3.2, False),  # more than a minute
        ("sf" * (WINDOW // 2 - 1) + "s", 1, False),  # too few of them
        ("ssf" * 10, 1, False),
    ],
)
def test_it_opens_after_five_faults_in_a_row_or_half_of_the_last_twenty_in_a_minute(
    verdicts: str, every: float, opens: bool
) -> None:
    known = after(verdicts, every=every)
    assert breaker.is_open(known, settings=S) is opens
    assert bool(refused(known, (len(verdicts) - 1) * every + 0.1)) is opens


def test_it_rests_for_thirty_seconds_and_then_one_call_probes() -> None:
    assert refused(OPENED, 33.9) == LEFT_ALONE
    assert refused(OPENED, 34) == ""
    probed = breaker.entered(OPENED, now=at(34), settings=S)
    assert refused(probed, 35) == LEFT_ALONE
    assert refused(probed, 34 + PROBE.total_seconds()) == "", "the process that probed died"


def test_each_probe_that_fails_makes_the_next_rest_twice_as_long_up_to_five_minutes() -> None:
    known, now, rests = OPENED, 4.0, []
    for _ in range(6):
        rests.append(known.until - at(now).timestamp())
        now = known.until - NOON.timestamp()
        known = ended(breaker.entered(known, now=at(now), settings=S), "fault", now + 1, was_probe=True)
        now += 1
    assert rests == [30, 60, 120, 240, 300, 300]


def test_a_probe_that_is_served_closes_it_and_the_next_rest_is_short_again() -> None:
    longer = ended(breaker.entered(OPENED, now=at(34), settings=S), "fault", 35, was_probe=True)
    closed = ended(longer, "served", 96, was_probe=True)
    assert closed == Breaker()
    assert after("f" * IN_A_ROW, known=closed).until == at(IN_A_ROW - 1 + 30).timestamp()


def test_a_probe_that_says_nothing_leaves_it_to_the_next_one() -> None:
    probed = breaker.entered(OPENED, now=at(34), settings=S)
    assert refused(ended(probed, "none", 36, was_probe=True), 36) == ""


@pytest.mark.parametrize("verdict", ["served", "fault", "none"])
def test_calls_that_began_before_it_opened_change_nothing(verdict: Verdict) -> None:
    assert ended(OPENED, verdict, 6) == OPENED


def test_a_refused_key_opens_it_at_once_until_ten_minutes_are_over_or_the_settings_change() -> None:
    known = ended(Breaker(), "key", 0)
    assert refused(known, KEY_REST.total_seconds() - 1) == KEY_REFUSED
    assert refused(known, KEY_REST.total_seconds()) == ""
    assert refused(known, 1, settings="another key") == ""
    assert not breaker.is_open(known, settings="another key")
    assert breaker.entered(known, now=at(1), settings="another key") == Breaker()
    assert refused(breaker.from_json(known.to_json()), 1) == KEY_REFUSED


@pytest.mark.parametrize("known", [Breaker(), OPENED, after("sfs")])
def test_it_is_kept_as_it_is(known: Breaker) -> None:
    assert breaker.from_json(known.to_json()) == known
