"""How soon a ticket must be seen and done: by its team's own policy, or by the one that everybody starts with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from agent.calendar.opening import Calendar
from agent.calendar.week import read_week
from agent.calendar.whose import calendar_of
from bot.errors import UserError
from bot.settings import Settings
from prompts.words import fixed, say
from storage import calendars, sla
from storage.calendars import WORKSPACE
from storage.database import Tx
from storage.sla import ALWAYS, BUSINESS, OFF, Kind, SlaPolicy

ROUND_THE_CLOCK = Calendar(zone=ZoneInfo(str(UTC)), week=read_week("Mon-Sun 0-24"))
MINUTES = {"m": 1, "min": 1, "h": 60}
DAY = {BUSINESS: 8 * 60, ALWAYS: 24 * 60}
LONGEST = 365 * 24 * 60
_SPAN = re.compile(r"(\d{1,6})(m|min|h|d)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Minutes to acknowledge and to resolve; None is no target. `clock` says which minutes count."""

    ack: int | None
    resolve: int | None
    clock: str = BUSINESS

    @property
    def targets(self) -> Mapping[Kind, int | None]:
        return {"ack": self.ack, "resolve": self.resolve}


DEFAULTS = {
    "critical": Policy(ack=15, resolve=4 * 60, clock=ALWAYS),
    "high": Policy(ack=60, resolve=8 * 60),
    "medium": Policy(ack=4 * 60, resolve=24 * 60),
    "low": Policy(ack=8 * 60, resolve=80 * 60),
}
# Who hears of a breach besides the assignee, and how long after it; and of which steps people hear in their digest.
IN_DIGEST = {("medium", "managers"), ("low", "warn"), ("low", "breach")}
LADDERS: dict[str, tuple[tuple[str, timedelta], ...]] = {
    "critical": (
        ("managers", timedelta(minutes=15)),
        ("channel", timedelta(minutes=30)),
        ("admins", timedelta(minutes=60)),
    ),
    "high": (("managers", timedelta(hours=1)), ("channel", timedelta(hours=4))),
    "medium": (("managers", timedelta()),),
    "low": (),
}


async def policies_of(tx: Tx, team_id: int | None) -> dict[str, Policy]:
    """Priority -> what counts for a team, or for tickets that have none yet."""
    rows = await sla.policies(tx, team_id) if team_id else {}
    return DEFAULTS | {priority: _policy(row) for priority, row in rows.items()}


def _policy(row: SlaPolicy) -> Policy:
    return Policy(ack=row.ack_minutes, resolve=row.resolve_minutes, clock=row.clock)


async def calendar_for(tx: Tx, settings: Settings, team_id: int | None, *, clock: str) -> Calendar:
    """The time that counts: the team's hours, the workspace's while there is no team, or every minute."""
    if clock == ALWAYS:
        return ROUND_THE_CLOCK
    return await calendar_of(tx, settings, [*([calendars.of_team(team_id)] if team_id else []), WORKSPACE])


def read_span(text: str, *, clock: str) -> int:
    """Minutes of `90m`, `4h` or `2d`; a day has 8 hours of business time, or 24.

    Raises:
        UserError: it is written in another way, or longer than a year.
    """
    found = _SPAN.fullmatch(text)
    minutes = int(found[1]) * (MINUTES | {"d": DAY[clock]})[found[2].lower()] if found else 0
    if not 0 < minutes <= LONGEST:
        how = fixed("“{words}” is no time to allow: write it as in `15m`, `4h` or `2d`, or `off`.")
        raise UserError(say(how, words=text[:20]))
    return minutes


def show_span(minutes: int | None) -> str:
    """Minutes as `sla set` takes them."""
    if minutes is None:
        return OFF
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
