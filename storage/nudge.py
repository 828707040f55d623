"""Processes on one SQLite file hear of each other's commits: a file beside it is touched after each that matters."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOOK_SECONDS = 0.05  # one stat; a twentieth of a per cent of a core


class Nudge:
    """`path` is the database's; a nudge that is lost costs no more than the wait for the next poll."""

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(f"{path.name}-wake")
        self._seen = self._last()

    def give(self) -> None:
        """Tell the others; our own nudge is not news to us."""
        with suppress(OSError):  # a full disk, for one
            self._file.touch()
            self._seen = time.time_ns()
            os.utime(self._file, ns=(self._seen, self._seen))

    async def heed(self, heard: Callable[[], None]) -> None:
        """Call `heard` after each nudge of another process, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if (last := self._last()) != self._seen:
                self._seen = last
                heard()

    def _last(self) -> int:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return 0
