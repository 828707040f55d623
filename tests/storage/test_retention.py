"""What is old goes in small batches; what somebody may still need stays, however old it is."""

from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from storage import inbox, llm_cache, llm_ledger, queue, retention, undo_steps
from storage.database import Database
from storage.inbox import Delivery
from storage.llm_ledger import Account, Entry
from storage.queue import Job
from storage.retention import MOST, NO_BODY, SMALLEST, Keep, Rule, batch_after
from storage.tickets import Ticket
from storage.undo_steps import UndoStep
from tests.storage.queue.steps import NOON, finish, job, prune, put, take

KEEP = Keep(bodies=14, ignored=3, deliveries=90, jobs=30, steps=14, threads=90)
DAY = timedelta(days=1)


async def arrive(db: Database, *ages: int) -> list[int]:
    """Store deliveries that came in so many days before noon."""
    rows = [
        Delivery(
            workspace_id="T1",
            source="slack",
            dedupe_key=f"Ev{number}",
            kind="message",
            body=b'{"text": "redis is down"}',
            correlation_id="c",
            received_at=NOON - age * DAY,
        )
        for number, age in enumerate(ages)
    ]
    async with db.write() as tx:
        return list((await inbox.store(tx, rows)).values())


async def ask(db: Database, delivery_id: int, state: str) -> None:
    """A job in some state that came of a delivery."""
    row = job(delivery_id=delivery_id, state=state, seq=delivery_id, not_before=NOON, ready_at=NOON)
    async with db.write() as tx:
        tx.add(row)


async def kept(db: Database) -> list[tuple[int, bool]]:
    """The deliveries that are left, and whether they have their bodies."""
    async with db.read() as tx:
        return [(row.id, row.body != NO_BODY) for row in await tx.exec(select(Delivery).order_by("id"))]


def rule(what: str) -> Rule:
    return next(rule for rule in retention.rules(KEEP, now=NOON) if rule.what == what)


async def test_a_body_goes_before_what_keeps_a_redelivery_out(db: Database) -> None:
    ids = await arrive(db, 91, 89, 15, 13)
    for delivery_id in ids:
        await ask(db, delivery_id, "done")
    assert await retention.apply(db, rule("bodies of deliveries")) == 3
    assert await retention.apply(db, rule("deliveries")) == 1
    assert await kept(db) == [(ids[1], False), (ids[2], False), (ids[3], True)]
    assert await arrive(db, 0, 0) == [ids[-1] + 1], "only the one that was dropped is new again"


async def test_the_body_of_an_event_that_asked_for_nothing_goes_sooner(db: Database) -> None:
    ignored_old, ignored_new, heard = await arrive(db, 4, 2, 4)
    await ask(db, heard, "done")
    assert await retention.apply(db, rule("bodies of deliveries")) == 1
    assert await kept(db) == [(ignored_old, False), (ignored_new, True), (heard, True)]


@pytest.mark.parametrize(("state", "is_needed"), [("ready", True), ("running", True), ("dead", True), ("done", False)])
async def test_what_a_job_may_still_read_stays(db: Database, state: str, is_needed: bool) -> None:
    [number] = await arrive(db, 1000)
    await ask(db, number, state)
    for what in ("bodies of deliveries", "deliveries"):
        await retention.apply(db, rule(what))
    assert await kept(db) == ([(number, True)] if is_needed else [])


async def test_a_rehearsal_counts_what_would_go_and_drops_nothing(db: Database) -> None:
    await arrive(db, 91, 50, 2)
    counted = {one.what: await retention.count(db, one) for one in retention.rules(KEEP, now=NOON)}
    assert {what: number for what, number in counted.items() if number} == {"bodies of deliveries": 2, "deliveries": 1}
    assert [has_body for _, has_body in await kept(db)] == [True, True, True]


async def test_more_than_one_batch_goes_and_the_rest_stays(db: Database) -> None:
    await put(db, *(job() for _ in range(3 * retention.FIRST)))
    taken = await take(db, limit=2 * retention.FIRST + 1)
    await finish(db, *taken)
    assert await prune(db, before=NOON + DAY) == len(taken)
    async with db.read() as tx:
        assert await queue.counts(tx) == {"ready": 3 * retention.FIRST - len(taken)}
        rows = await tx.exec(select(Job.id))
        assert len(list(rows)) == 3 * retention.FIRST - len(taken)


async def test_what_undo_needs_goes_with_the_jobs_of_its_time(db: Database) -> None:
    ticket = Ticket(workspace_id="T1", number=1, title="x", description="x", source="slack", channel_id="C1")
    ticket.created_at = NOON
    async with db.write() as tx:
        tx.add(ticket)
        await tx.flush()
        for version, age in ((1, 31), (2, 29)):
            step = UndoStep(
                workspace_id="T1", ticket_id=ticket.id, version=version, who="person:1", at=NOON - age * DAY
            )
            step.said, step.needs, step.before, step.after, step.work_key = "seen", "status", {}, {}, "job:1"
            tx.add(step)
    assert await retention.apply(db, rule("undo steps")) == 1
    async with db.read() as tx:
        assert [step.version for step in await undo_steps.after(tx, ticket.id, 0)] == [2]


def test_a_slow_disk_makes_the_batches_small() -> None:
    assert batch_after(100, held=0.01) == 100
    assert batch_after(100, held=0.02) == 50
    assert batch_after(100, held=0.001) == 200, "it grows step by step"
    assert batch_after(100, held=10) == SMALLEST
    assert batch_after(MOST, held=0.0) == MOST


def test_every_rule_names_a_table_with_ids_that_grow() -> None:
    for one in retention.rules(KEEP, now=NOON):
        assert isinstance(one.model, type(SQLModel))
        assert one.table.primary_key.columns.keys() == ["id"]


async def wait(db: Database, delivery_id: int) -> None:
    """Have a delivery wait for its job."""
    async with db.write() as tx:
        row = await inbox.get(tx, delivery_id)
        row.status = inbox.WAITING
        tx.add(row)


async def test_what_waits_for_its_job_stays_as_it_came(db: Database) -> None:
    [held] = await arrive(db, 91)
    await wait(db, held)
    assert await retention.apply(db, rule("bodies of deliveries")) == 0
    assert await retention.apply(db, rule("deliveries")) == 0
    assert await kept(db) == [(held, True)]


async def test_what_models_took_is_kept_for_a_year_and_more_and_their_answers_for_a_week(db: Database) -> None:
    async with db.write() as tx:
        for age in (6, 8, 399, 401):
            at, accounts = NOON - age * DAY, [Account(llm_ledger.WORKSPACE, f"{age} days ago")]
            await llm_ledger.post(tx, "T1", accounts, Entry(input=age), now=at)
            await llm_cache.put(tx, "T1", str(age), purpose="triage", model="m", answer={}, now=at)
    assert await retention.apply(db, rule("what models took")) == 1
    assert await retention.apply(db, rule("answers of models")) == 3
    async with db.read() as tx:
        accounts = [Account(llm_ledger.WORKSPACE, f"{age} days ago") for age in (399, 401)]
        assert [one.input for one in (await llm_ledger.read(tx, "T1", accounts)).values()] == [399, 0]
        assert await llm_cache.held(tx) == {"triage": 1}
