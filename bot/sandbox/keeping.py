"""What a sandbox keeps on disk is up to date at every change, so that nothing hangs on a clean end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def keeping(path: Path, dump: Callable[[], bytes], *, pulse: Callable[[], asyncio.Event]) -> AsyncIterator[None]:
    """Write what `dump` gives to a file whenever the event that `pulse` gives is set, and at the end."""

    async def write_at_changes() -> None:
        while True:
            change = pulse()
            _replace(path, dump())
            await change.wait()

    writing = asyncio.create_task(write_at_changes())
    try:
        yield
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        _replace(path, dump())


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)
