"""What is known of each model: what `llm check` found that it can, and for a day that it wrote a call as text."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.settings.providers import Mode, Server
from storage import settings_kv
from storage.database import Database, Tx
from storage.workspace import current

MODES: tuple[Mode, ...] = ("native", "json_schema", "none")
FOUND, LEAKED = "llm.tools:", "llm.leaked:"  # keys of settings_kv, before provider:model
FOR = timedelta(hours=24)
FRESH = 60.0  # seconds for which what was read counts, as processes mark what others then heed


class Marks:
    """Shared by all processes through the database; without one they last as long as this.

    Args:
        clock: what time it is.
        ticks: monotonic seconds, by which what was read grows old.
    """

    def __init__(
        self,
        db: Database | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._clock, self._ticks = db, clock, ticks
        self._known: dict[str, str] = {}
        self._read_at: float | None = None

    async def mode(self, server: Server, model: str) -> Mode:
        """How to ask a model: as it was set, else as it was found; for a day after a leak not with native tools."""
        await self._refresh()
        mode = server.tools or _mode(self._known.get(f"{FOUND}{server.name}:{model}"))
        return "json_schema" if mode == "native" and self.leaked_until(server.name, model) else mode

    def leaked_until(self, provider: str, model: str) -> datetime | None:
        """Until when a model is not trusted with native tools; None when it is."""
        until = self._known.get(f"{LEAKED}{provider}:{model}")
        at = datetime.fromisoformat(until) if until else None
        return at if at and at > self._clock() else None

    async def mark_leak(self, provider: str, model: str) -> None:
        """It wrote a call as text."""
        await self._put(f"{LEAKED}{provider}:{model}", (self._clock() + FOR).isoformat())

    async def mark_found(self, provider: str, model: str, mode: Mode) -> None:
        """That is what it can do, by a trial; what was held against it is settled by that."""
        await self._put(f"{FOUND}{provider}:{model}", mode)
        await self._put(f"{LEAKED}{provider}:{model}", "")

    async def read(self) -> None:
        """Read what is known, however fresh it is."""
        if self._db is None:
            return
        async with self._db.read() as tx:
            self._known = await _all(tx)

    async def _refresh(self) -> None:
        if self._read_at is None or self._ticks() - self._read_at >= FRESH:
            self._read_at = self._ticks()
            await self.read()

    async def _put(self, key: str, value: str) -> None:
        self._known[key] = value
        if self._db is None:
            return
        async with self._db.write() as tx:
            await settings_kv.put(tx, "", key, value, workspace_id=await current(tx))


async def _all(tx: Tx) -> dict[str, str]:
    keys = [*await settings_kv.keys(tx, "", FOUND), *await settings_kv.keys(tx, "", LEAKED)]
    return {key: value for (_, key), value in (await settings_kv.of_scopes(tx, [""], keys)).items()} if keys else {}


def _mode(told: str | None) -> Mode:
    return next((mode for mode in MODES if mode == told), "native")
