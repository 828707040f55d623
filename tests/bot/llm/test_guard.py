"""All processes together: one breaker, one pace and one ledger for each provider, and no call that has no room."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from bot.errors import BudgetError, ModelBusyError, ModelError, classify
from bot.limiter import Limiter
from bot.llm.accounts import KINDS, TOKENS, Budgets, Kind, Limit, Payer, key_of
from bot.llm.breaker import IN_A_ROW, KEY_REFUSED, LEFT_ALONE
from bot.llm.guard import Guard, Wish
from bot.llm.pace import Pace
from bot.prices import Usage, read_prices
from storage import calendars, limits, llm_ledger, settings_kv
from storage.calendars import CalendarRow
from storage.database import Database
from storage.limits import Slot
from storage.llm_ledger import Account, Entry
from storage.queue import Job

T = "T1"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = Account(llm_ledger.WORKSPACE, "2026-03-02")
BOB = Payer(person_id=7)
ASK = Wish(model="haiku", purpose="test", input_tokens=600, max_output=400, payer=BOB, patience=timedelta(seconds=1))
PRICES = read_prices('{"haiku": {"input": 1, "output": 5, "cache_read": 0.1, "cache_write": 1.25}}')
ANSWER = Usage(input=500, output=100)


class BrokenError(ModelError):
    """What the port makes of a failed call."""


def limit_of(**changes: Limit) -> Mapping[Kind, Limit]:
    usual = {kind: Limit(tokens=1_000_000) for kind in KINDS}
    return usual | {kind: changes[kind] for kind in KINDS if kind in changes}


class Office:
    """Processes on one database; time stands still until somebody sleeps for a turn."""

    def __init__(self, db: Database) -> None:
        self.db, self.now = db, NOON

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def guard(
        self, holder: str = "one", *, concurrency: int = 8, settings: str = "key 1", zone: str = "UTC", **budgets: Limit
    ) -> Guard:
        limiter = Limiter(self.db, holder=holder, clock=lambda: self.now, sleep=self.sleep)
        pace = Pace(
            limiter=limiter,
            provider="anthropic",
            per_minute=6000,
            tokens_per_minute=1_000_000,
            concurrency=concurrency,
        )
        rules = Budgets(limits=limit_of(**budgets), timezone=zone, prices=PRICES)
        return Guard(pace, workspace_id=T, settings=settings, budgets=rules)

    async def ledger(self, account: Account = TODAY) -> Entry:
        async with self.db.read() as tx:
            return (await llm_ledger.read(tx, T, [account]))[account]

    async def warnings(self) -> list[str]:
        async with self.db.read() as tx:
            return [str(job.args["scope"]) for job in await tx.exec(select(Job).where(Job.kind == "budget.warning"))]


@pytest.fixture
def office(db: Database) -> Office:
    return Office(db)


async def ask(guard: Guard, wish: Wish = ASK, usage: Usage | None = ANSWER) -> None:
    async with guard.call(wish) as call:
        call.served(usage)


async def fail(guard: Guard, status: int | None, headers: Mapping[str, str] | None = None) -> None:
    with suppress(BrokenError):
        async with guard.call(ASK) as call:
            call.failed(status, headers=headers or {})
            raise BrokenError


async def refusal(guard: Guard, wish: Wish = ASK) -> str:
    with pytest.raises(ModelError) as refused:
        await ask(guard, wish)
    return str(refused.value)


# The breaker


async def test_faults_in_one_process_spare_the_provider_in_all_until_a_probe_is_served(office: Office) -> None:
    one, two = office.guard("one"), office.guard("two")
    for number in range(IN_A_ROW):
        await fail((one, two)[number % 2], (500, 529, None, 408, 502)[number])
    assert await two.left_alone() == LEFT_ALONE
    assert await refusal(two) == LEFT_ALONE
    office.now += timedelta(seconds=30)
    async with one.call(ASK) as probe:
        assert await refusal(two) == LEFT_ALONE, "one probe at a time"
        probe.served(ANSWER)
    await ask(two)
    assert await one.left_alone() == ""


@pytest.mark.parametrize("status", [400, 404, 413, 422, 429])
async def test_what_is_our_own_fault_or_a_matter_of_pace_is_no_fault_of_the_provider(
    office: Office, status: int
) -> None:
    guard = office.guard()
    for _ in range(2 * IN_A_ROW):
        await fail(guard, status)
        office.now += timedelta(seconds=61)
    assert await guard.left_alone() == ""
    await ask(guard)


async def test_a_refused_key_is_not_shown_again_until_it_is_another_one(office: Office) -> None:
    await fail(office.guard(), 401)
    assert await refusal(office.guard("two")) == KEY_REFUSED
    await ask(office.guard("three", settings="key 2"))
    assert await office.guard().left_alone() == "", "the other key was served"


async def test_a_rate_limit_pauses_the_provider_for_all_and_says_until_when(office: Office) -> None:
    await fail(office.guard("one"), 429, {"Retry-After": "20"})
    with pytest.raises(ModelBusyError, match="model is busy") as busy:
        await ask(office.guard("two"))
    assert (classify(busy.value).fault, round(classify(busy.value).after or 0)) == ("throttled", 20)
    async with office.db.read() as tx:
        assert [one.name for one in await limits.blocked(tx, now=office.now)] == ["llm:anthropic"]
    office.now += timedelta(seconds=20)
    await ask(office.guard("two"))


# Turns and slots


async def test_a_slot_is_kept_for_calls_that_a_person_waits_for(office: Office) -> None:
    background = replace(ASK, payer=Payer(), patience=timedelta())
    guard = office.guard(concurrency=4)
    async with guard.call(background), guard.call(background), guard.call(background):
        assert await refusal(office.guard("two", concurrency=4), background) == "model is busy"
        await ask(office.guard("two", concurrency=4))


async def test_a_slot_of_a_process_that_died_comes_back(office: Office) -> None:
    lost = office.guard(concurrency=1).call(ASK)
    await lost.__aenter__()
    assert await refusal(office.guard("two", concurrency=1)) == "model is busy"
    office.now += timedelta(minutes=3)
    await ask(office.guard("two", concurrency=1))
    assert (await office.ledger()).reserved == 1000, "it may have taken all of it"


# The ledger


async def test_a_call_is_reserved_before_and_settled_after_it(office: Office) -> None:
    guard = office.guard()
    async with guard.call(replace(ASK, payer=Payer(person_id=7, turn="T-1"))) as call:
        assert await office.ledger() == Entry(calls=1, reserved=1000, reserved_cost=750 + 2000)
        call.served(Usage(input=500, output=100, cache_read=1000, cache_write=40))
    taken = Entry(calls=1, input=500, output=100, cache_read=1000, cache_write=40, cost=500 + 500 + 100 + 50)
    for scope in (TODAY, Account("person:7", "2026-03-02"), Account("turn:T-1")):
        assert await office.ledger(scope) == taken
    assert (taken.tokens, taken.money) == (1640, 1150)


@pytest.mark.parametrize(
    ("status", "tokens"), [(500, 0), (429, 0), (401, 0), (None, 1000)], ids=["error", "pace", "key", "broke off"]
)
async def test_a_refused_call_took_nothing_and_a_lost_answer_what_was_reserved(
    office: Office, status: int | None, tokens: int
) -> None:
    await fail(office.guard(), status)
    assert (await office.ledger()).tokens == tokens


async def test_a_call_without_usage_or_that_is_cut_counts_as_reserved(office: Office) -> None:
    guard = office.guard()
    await ask(guard, usage=None)
    with suppress(asyncio.CancelledError):
        async with guard.call(ASK):
            raise asyncio.CancelledError
    assert (await office.ledger()).tokens == 2000
    async with guard.call(ASK) as call:
        call.failed(None, usage=Usage(input=500, output=3))  # cut, but it had said so much
    assert (await office.ledger()).tokens == 2503


async def test_who_is_stopped_while_it_waits_took_nothing(office: Office) -> None:
    asleep, never = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        asleep.set()
        await never.wait()

    limiter = Limiter(office.db, holder="one", clock=lambda: office.now, sleep=sleep)
    slow = Pace(limiter=limiter, provider="anthropic", per_minute=6, tokens_per_minute=10**6, concurrency=1)
    waiting = Guard(slow, workspace_id=T, budgets=Budgets(limits=limit_of(), prices=PRICES))
    await ask(waiting)
    before = await office.ledger()
    task = asyncio.create_task(ask(waiting, replace(ASK, patience=timedelta(seconds=20))))
    await asleep.wait()
    assert (await office.ledger()).reserved == 1000
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert (await office.ledger()).tokens == before.tokens


async def test_eight_calls_at_the_edge_never_go_above_it(office: Office) -> None:
    guards = [office.guard(str(number), concurrency=20, workspace=Limit(tokens=5500)) for number in range(8)]

    async def reserve(guard: Guard) -> bool:
        try:
            await ask(guard, usage=None)
        except BudgetError:
            return False
        return True

    assert sum(await asyncio.gather(*map(reserve, guards))) == 5
    assert (await office.ledger()).tokens == 5000


@pytest.mark.parametrize(
    ("kind", "limit", "words"),
    [
        (
            "workspace",
            Limit(tokens=1599),
            "the workspace today: 600 of 1.5k tokens, $0.001; it starts again at 00:00",
        ),
        ("person", Limit(tokens=1599), "this person today: 600 of 1.5k tokens, $0.001; it starts again at 00:00"),
        ("turn", Limit(tokens=1599), "this request: 600 of 1.5k tokens, $0.001; a new request has one of its own;"),
        (
            "workspace",
            Limit(tokens=10**6, money=3000),
            "the workspace today: 600 of 1M tokens, $0.001 of $0.003;",
        ),
    ],
)
async def test_without_room_no_call_is_made_and_the_text_says_all_of_it(
    office: Office, kind: Kind, limit: Limit, words: str
) -> None:
    guard = office.guard(**{kind: limit})
    wish = replace(ASK, payer=Payer(person_id=7, turn="T-1"))
    await ask(guard, wish)
    said = await refusal(guard, wish)
    assert said.startswith(f"no model budget is left for {words}")
    assert said.endswith("admins may raise it with `budget set`; commands work as ever")
    assert (await office.ledger()).calls == 1


async def test_dollars_cannot_be_kept_to_where_nobody_knows_the_price(office: Office) -> None:
    dear = office.guard(workspace=Limit(tokens=10**6, money=5_000_000))
    unknown = replace(ASK, model="qwen")
    assert "what qwen costs is not known: its price belongs into CHARGEHAND_PRICES" in await refusal(dear, unknown)
    await ask(office.guard(), unknown)
    assert await office.ledger() == Entry(calls=1, input=500, output=100, unpriced=600)


async def test_a_ledger_that_cannot_be_read_lets_no_call_in(office: Office) -> None:
    async with office.db.write() as tx:
        await tx.exec(text("DROP TABLE llm_ledger"))  # type: ignore[call-overload]
    said = await refusal(office.guard())
    assert said == "what the model has taken so far cannot be read, so it is not asked; commands work as ever"
    async with office.db.read() as tx:
        assert list(await tx.exec(select(Slot))) == []


async def test_a_day_is_one_of_the_workspaces_zone_and_a_call_counts_for_the_day_on_which_it_began(
    office: Office,
) -> None:
    office.now = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    async with office.db.write() as tx:
        tx.add(CalendarRow(workspace_id=T, scope=calendars.WORKSPACE, zone="Europe/Berlin"))
    guard = office.guard(zone="Asia/Tokyo", workspace=Limit(tokens=1700))
    async with guard.call(ASK) as call:
        said = await refusal(guard)
        assert "1k of 1.7k tokens" in said
        assert "it starts again at 00:00 Europe/Berlin" in said
        office.now += timedelta(minutes=2)
        call.served(ANSWER)
    tomorrow = Account(llm_ledger.WORKSPACE, "2026-03-03")
    assert ((await office.ledger()).tokens, (await office.ledger(tomorrow)).tokens) == (600, 0)
    await ask(guard)
    assert ((await office.ledger()).tokens, (await office.ledger(tomorrow)).tokens) == (600, 600)


async def test_what_somebody_set_counts_before_the_settings_and_a_persons_own_before_that(office: Office) -> None:
    async def put(scope: str, kind: Kind, tokens: int) -> None:
        async with office.db.write() as tx:
            await settings_kv.put(tx, scope, key_of(kind, TOKENS), str(tokens), workspace_id=T)

    guard = office.guard(person=Limit(tokens=100))
    assert "0 of 100 tokens" in await refusal(guard)
    await put("", "person", 1000)
    await ask(guard)
    assert "600 of 1k tokens" in await refusal(guard)
    await put("person:7", "person", 1700)
    await ask(guard)
    assert "of 1k tokens" not in await refusal(guard)
    await ask(guard, replace(ASK, payer=Payer(person_id=8)))


async def test_admins_are_warned_once_when_four_fifths_are_reached(office: Office) -> None:
    guard = office.guard(workspace=Limit(tokens=3000), person=Limit(tokens=100_000))
    await ask(guard)
    await ask(guard)
    assert await office.warnings() == []
    await ask(guard, replace(ASK, input_tokens=1400))
    assert await office.warnings() == ["workspace"]
    await ask(guard)
    assert await office.warnings() == ["workspace"]
