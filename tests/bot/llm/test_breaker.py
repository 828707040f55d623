"""A provider that keeps failing is spared, tried again after a rest, and trusted again when it serves."""

from dataclasses import dataclass

import pytest

from bot.llm.breaker import FAILURES, REST, Breaker


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    return breaker


def test_failures_below_the_limit_or_broken_by_a_success_refuse_nothing(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.served()
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert not breaker.refuses()


def test_failures_in_a_row_refuse_until_the_rest_is_over(opened: Breaker, clock: Clock) -> None:
    assert opened.refuses()
    clock.now += REST - 0.1
    assert opened.refuses()


def test_after_the_rest_one_call_tries_and_the_others_wait_for_it(opened: Breaker, clock: Clock) -> None:
    clock.now += REST
    assert [opened.refuses() for _ in range(3)] == [False, True, True]


def test_a_trial_that_fails_starts_another_rest(opened: Breaker, clock: Clock) -> None:
    clock.now += REST
    opened.refuses()
    clock.now += 5
    opened.failed()
    clock.now += REST - 1
    assert opened.refuses()
    clock.now += 1
    assert not opened.refuses()


def test_a_trial_that_is_served_closes_it(opened: Breaker, clock: Clock) -> None:
    clock.now += REST
    opened.refuses()
    opened.served()
    assert not any(opened.refuses() for _ in range(3))


def test_a_trial_that_was_never_finished_does_not_refuse_for_ever(opened: Breaker, clock: Clock) -> None:
    clock.now += REST
    opened.refuses()
    clock.now += REST
    assert not opened.refuses()
