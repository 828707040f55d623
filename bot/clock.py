"""What time it is: the machine's own, or as far from it as a file says, so that a week can be tried out in a minute."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class MovedClock:
    """The machine's time and as many seconds as stand in the file, for every process that reads it; none while there
    is no file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> datetime:
        return utc_now() + self._ahead()

    @property
    def is_moved(self) -> bool:
        """Whether somebody has set it."""
        return self.path.exists()

    def seconds(self) -> float:
        """The same, in seconds since 1970."""
        return self().timestamp()

    def move_to(self, moment: datetime) -> None:
        """Let it be that moment now."""
        written = self.path.with_suffix(".new")
        written.write_text(f"{(moment - utc_now()).total_seconds()}\n")
        os.replace(written, self.path)  # nobody reads half a number

    def _ahead(self) -> timedelta:
        try:
            return timedelta(seconds=float(self.path.read_text()))
        except FileNotFoundError:
            return timedelta(0)


def clock_in(path: str) -> Clock:
    """The clock that such a file moves; the machine's own when none is named."""
    return MovedClock(Path(path)) if path else utc_now
