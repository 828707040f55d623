"""A model that keeps failing is left alone for a while, so that reports do not wait for it one by one."""

from collections.abc import Callable

FAILURES = 3  # in a row
REST = 30.0  # seconds


class Breaker:
    """Opens after FAILURES in a row; after each REST one call may try again, and a success closes it.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def refuses(self) -> bool:
        """Whether to spare the next call; a False while open is the one trial, so call it once per call."""
        if not self.is_open:
            return False
        if self._clock() < self._rests_until:
            return True
        self._rest()
        return False

    @property
    def is_open(self) -> bool:
        """Whether the provider has failed too often since it last served a call."""
        return self._failures >= FAILURES

    def failed(self) -> None:
        """The provider did not serve a call."""
        self._failures += 1
        self._rest()

    def served(self) -> None:
        """The provider answered, whatever it said."""
        self._failures = 0

    def _rest(self) -> None:
        self._rests_until = self._clock() + REST
