"""No more is asked of Slack than it allows: not by several processes, nor by one sender after another.

https://docs.slack.dev/apis/web-api/rate-limits. Posts of a channel, and edits of a message, only the one sender paces:
it knows when it made them, and a new sender waits as long as after a call of its own. What Slack counts for the whole
workspace is counted in the database, within the transaction that marks the call.
"""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from bot.settings import Settings
from storage import limits
from storage.database import Tx
from storage.limits import Rate
from storage.outbox import PUBLISH, REFRESH, Outgoing

PREFIX = "slack:"  # of the buckets: slack:edit, slack:post:C1
# In any minute at most the burst and what becomes free meanwhile: 50 edits, unless set otherwise, 100 ephemerals and
# views.
EDITS = Rate(calls=30, seconds=60, burst=20)
EPHEMERALS = Rate(calls=60, seconds=60, burst=40)
EPHEMERAL = f"{PREFIX}whisper"  # forms share it, so both together stay below what either may
# Home tabs are opened by many at once when they come to work: whoever waits for one may use all that Slack allows in a
# minute. Those that follow what others do leave the larger part of it free.
HOMES = 100
STATUSES = Rate(calls=20, seconds=60, burst=10)  # lines that say what is being done: 30 in any minute
STATUS = f"{PREFIX}status"
REFRESHES = Rate(calls=30, seconds=60, burst=15)
MINUTE = timedelta(minutes=1)
# kind -> its rate; other kinds have none, their 429 is obeyed. Slack counts each method on its own.
WORKSPACE = {"edit": EDITS, "whisper": EPHEMERALS, REFRESH: REFRESHES}


class Pace:
    """When which calls may go out; `rest_until` names the kinds, channels and messages that may not yet."""

    def __init__(self, settings: Settings) -> None:
        self._pauses = {
            "post": timedelta(seconds=settings.post_interval_seconds),
            "edit": timedelta(seconds=settings.edit_interval_seconds),
        }
        self._rates = WORKSPACE | {"edit": replace(EDITS, calls=settings.edits_per_minute)}
        self.rest_until: dict[str, datetime] = {}

    async def take_over(self, tx: Tx, *, since: datetime | None, now: datetime) -> None:
        """Go on where another sender ended: it may have called until `since`, and may have been told to wait."""
        if since is not None:
            self.rest_until |= {kind: since + pause for kind, pause in self._pauses.items()}
        for bucket in await limits.blocked(tx, now=now):
            if bucket.name.startswith(PREFIX) and bucket.blocked_until is not None:
                self.rest_until[bucket.name.rpartition(":")[2]] = bucket.blocked_until

    def resting(self, now: datetime) -> list[str]:
        self.rest_until = {name: until for name, until in self.rest_until.items() if until > now}
        return [*self.rest_until, *([REFRESH] if PUBLISH in self.rest_until else [])]

    async def choose(self, tx: Tx, due: Iterable[Outgoing], *, most: int, now: datetime) -> list[Outgoing]:
        """Which of the due rows go now: at most one post a channel and one edit a message, and what has a turn."""
        free = [row for row in due if _own(row) not in self.rest_until]
        by_name = itertools.groupby(sorted(free, key=lambda row: (_own(row), row.id)), key=_own)
        first = sorted((next(rows) for _, rows in by_name), key=attrgetter("id"))[:most]
        return [row for row in first if await self._has_turn(tx, row, now)]

    async def _has_turn(self, tx: Tx, row: Outgoing, now: datetime) -> bool:
        method = _method(row)
        if {row.kind, method} & self.rest_until.keys():
            return False
        if (rate := self._rates.get(row.kind)) is not None:
            wait = await limits.take(tx, f"{PREFIX}{row.kind}", rate, now=now, patience=timedelta())
            if wait:
                self.rest_until[row.kind] = now + wait
                return False
        if method == PUBLISH:
            wait = await limits.count_in(tx, f"{PREFIX}{method}", most=HOMES, span=MINUTE, holder=row.key, now=now)
            if wait:
                self.rest_until[method] = now + wait
                return False
        if pause := self._pauses.get(row.kind):
            self.rest_until[_own(row)] = now + pause
        return True

    async def wait(self, tx: Tx, row: Outgoing, *, until: datetime, now: datetime) -> None:
        """Slack said "not now": it counts posts per channel, everything else per method; the next sender knows too."""
        name = f"post:{row.channel_id}" if row.kind == "post" else _method(row)
        self.rest(row, until=until)
        await limits.block(tx, f"{PREFIX}{name}", until=until, now=now)

    def rest(self, row: Outgoing, *, until: datetime) -> None:
        """Make no such call until a moment."""
        self.rest_until[row.channel_id if row.kind == "post" else _method(row)] = until


def _method(row: Outgoing) -> str:
    """The kind whose limit Slack counts it for: whether somebody waits for a Home tab is only our business."""
    return PUBLISH if row.kind == REFRESH else row.kind


def _own(row: Outgoing) -> str:
    """What is used up by sending this: a post takes its channel's turn, an edit its message's, others nothing."""
    if row.kind == "post":
        return row.channel_id
    return f"edit:{row.anchor}" if row.kind == "edit" else f"row:{row.id}"
