"""What models took and may take: for a request, for a person's day and for the workspace's day.

A day is one of the workspace's zone. What somebody set counts before the settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.prices import MILLION, Prices, read_prices
from bot.settings import Settings
from storage import calendars, llm_ledger, settings_kv
from storage.database import Tx
from storage.llm_ledger import WORKSPACE, Account, Entry

Kind = Literal["turn", "person", "workspace"]
KINDS: tuple[Kind, ...] = ("turn", "person", "workspace")
WARN_PERCENT = 80
TOKENS, USD = "tokens", "usd"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much at most; money in millionths of a US dollar, None for any."""

    tokens: int
    money: int | None = None


@dataclass(frozen=True, kw_only=True)
class Payer:
    """Who pays for a call: the workspace always, besides it a person and a turn where there is one."""

    person_id: int | None = None
    turn: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the workspace."""

    name: str  # 2026-03-02
    zone: ZoneInfo
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands in one of the payer's accounts, and how much may."""

    kind: Kind
    account: Account
    limit: Limit
    entry: Entry
    day: Day

    def after(self, more: Entry) -> "Standing":
        """With this posted to it."""
        return replace(self, entry=_sum(self.entry, more))

    @property
    def has_room(self) -> bool:
        money = self.limit.money
        return self.entry.tokens <= self.limit.tokens and (money is None or self.entry.money <= money)

    @property
    def share(self) -> float:
        """How much of it is used or set aside, of tokens or of money, whichever is more: 1 when nothing is left."""
        money = self.limit.money
        dear = 0.0 if money is None else self.entry.money / max(money, 1)
        return max(self.entry.tokens / max(self.limit.tokens, 1), dear)

    @property
    def is_low(self) -> bool:
        """Whether so much is used or set aside that admins should know."""
        money = self.limit.money
        is_dear = money is not None and 100 * self.entry.money >= WARN_PERCENT * money
        return is_dear or 100 * self.entry.tokens >= WARN_PERCENT * self.limit.tokens


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """What the settings say."""

    limits: Mapping[Kind, Limit]
    timezone: str = "UTC"
    prices: Prices = field(default_factory=dict)


def budgets_of(settings: Settings) -> Budgets:
    """The budgets of these settings."""
    said = {
        "turn": (settings.budget_turn_tokens, settings.budget_turn_usd),
        "person": (settings.budget_user_day_tokens, settings.budget_user_day_usd),
        "workspace": (settings.budget_workspace_day_tokens, settings.budget_workspace_day_usd),
    }
    limits = {kind: Limit(tokens=said[kind][0], money=micros(said[kind][1])) for kind in KINDS}
    return Budgets(limits=limits, timezone=settings.timezone, prices=read_prices(settings.prices))


def micros(usd: float | None) -> int | None:
    """Dollars in millionths."""
    return None if usd is None else round(usd * MILLION)


async def day_at(tx: Tx, budgets: Budgets, now: datetime) -> Day:
    """The workspace's day."""
    zone = ZoneInfo(await calendars.zone_of(tx, calendars.WORKSPACE) or budgets.timezone)
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Day(name=local.date().isoformat(), zone=zone, ends=midnight + timedelta(days=1))


async def standings(tx: Tx, workspace_id: str, payer: Payer, budgets: Budgets, *, now: datetime) -> list[Standing]:
    """All accounts of a payer, the narrowest first."""
    day = await day_at(tx, budgets, now)
    accounts = dict(_accounts(payer, day))
    found = await llm_ledger.read(tx, workspace_id, list(accounts.values()))
    limits = await limits_for(tx, budgets, payer)
    return [
        Standing(kind=kind, account=account, limit=limits[kind], entry=found[account], day=day)
        for kind, account in accounts.items()
    ]


def _accounts(payer: Payer, day: Day) -> Iterable[tuple[Kind, Account]]:
    if payer.turn:
        yield "turn", Account(llm_ledger.of_turn(payer.turn))
    if payer.person_id is not None:
        yield "person", Account(llm_ledger.of_person(payer.person_id), day.name)
    yield "workspace", Account(WORKSPACE, day.name)


def key_of(kind: Kind, unit: str) -> str:
    """Under which a limit is kept that somebody set: of the workspace, or a person's own."""
    return f"budget:{kind}:{unit}"


_KEYS = [key_of(kind, unit) for kind in KINDS for unit in (TOKENS, USD)]


async def limits_for(tx: Tx, budgets: Budgets, payer: Payer) -> dict[Kind, Limit]:
    """The limits that count for a payer: a person's own, else the workspace's, else the settings'."""
    own = "" if payer.person_id is None else llm_ledger.of_person(payer.person_id)
    said = await settings_kv.of_scopes(tx, sorted({"", own}), _KEYS)

    def limit(kind: Kind, unit: str, usual: int | None) -> int | None:
        key = key_of(kind, unit)
        value = said.get((own, key), said.get(("", key)))
        return usual if value is None else int(value)

    usual = budgets.limits
    return {
        kind: Limit(tokens=limit(kind, TOKENS, usual[kind].tokens) or 0, money=limit(kind, USD, usual[kind].money))
        for kind in KINDS
    }


def _sum(one: Entry, more: Entry) -> Entry:
    return Entry(**{name: getattr(one, name) + getattr(more, name) for name in llm_ledger.SUMS})
