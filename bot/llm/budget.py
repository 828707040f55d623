"""A call to a model is paid for before it is made, by what it may take at most, and settled by what it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BudgetError
from bot.llm.accounts import Budgets, Payer, Standing, standings
from bot.llm.budget_words import no_price, no_room
from bot.prices import Price, Usage
from storage import llm_ledger
from storage.database import Tx
from storage.llm_ledger import Entry


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What is set aside for one call; `standings` is how its accounts stood before, `price` None if nobody knows it."""

    workspace_id: str
    standings: list[Standing]
    entry: Entry
    price: Price | None

    @property
    def now_low(self) -> list[Standing]:
        """The days of which it took what makes them low."""
        days = [standing for standing in self.standings if standing.kind != "turn"]
        return [standing for standing in days if standing.after(self.entry).is_low and not standing.is_low]


async def reserve(
    tx: Tx, workspace_id: str, payer: Payer, budgets: Budgets, most: Usage, *, model: str, now: datetime
) -> Reserved:
    """Set aside, in all accounts of a payer, what a call may take at most.

    One write transaction at a time reads and posts, so calls that come together cannot take the same room.

    Raises:
        BudgetError: one of them has no room.
    """
    price = budgets.prices.get(model)
    found = await standings(tx, workspace_id, payer, budgets, now=now)
    wanted = Entry(calls=1, reserved=most.tokens, reserved_cost=price.at_most(most) if price else 0)
    if why := refusal(found, wanted, price=price, model=model):
        raise BudgetError(why)
    await llm_ledger.post(tx, workspace_id, [standing.account for standing in found], wanted, now=now)
    return Reserved(workspace_id=workspace_id, standings=found, entry=wanted, price=price)


async def settle(tx: Tx, reserved: Reserved, usage: Usage, *, now: datetime) -> None:
    """It took this instead."""
    price = reserved.price
    taken = Entry(
        reserved=-reserved.entry.reserved,
        reserved_cost=-reserved.entry.reserved_cost,
        cost=price.of(usage) if price else 0,
        input=usage.input,
        output=usage.output,
        cache_read=usage.cache_read,
        cache_write=usage.cache_write,
        unpriced=0 if price else usage.tokens,
    )
    accounts = [standing.account for standing in reserved.standings]
    await llm_ledger.post(tx, reserved.workspace_id, accounts, taken, now=now)


def refusal(standings: Iterable[Standing], wanted: Entry, *, price: Price | None, model: str) -> str:
    """Why a call has no room in one of the accounts, in words for the card; empty when it has."""
    for standing in standings:
        if standing.limit.money is not None and price is None:
            return no_price(standing, model)
        if not standing.after(wanted).has_room:
            return no_room(standing)
    return ""
