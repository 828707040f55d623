"""What is old is dropped, a few rows at a time, so that nobody waits; tickets, receipts and the audit record stay.

A dead letter keeps everything that it needs to run again, however old it is.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, cast, delete, exists, func, null, or_, select, update
from sqlmodel import SQLModel

from storage import doubt, llm_cache
from storage.database import Database
from storage.feedback import Feedback
from storage.inbox import NO_BODY, WAITING, Delivery
from storage.llm_cache import LlmCache
from storage.llm_ledger import LlmLedger
from storage.notices import Notice
from storage.outbox import Outgoing
from storage.questions import Question
from storage.queue import UNFINISHED, Job, JobEvent
from storage.queue.jobs import jobs
from storage.queue.operator import ENDED_WELL
from storage.settings_kv import Setting
from storage.thread_messages import ThreadMessage
from storage.thread_summaries import ThreadSummary
from storage.turns import ModelCall, ToolCall, Turn, TurnStep
from storage.undo_steps import UndoStep
from storage.without import without

WRITER_SECONDS = 0.01  # aimed at for one batch: a busy machine takes some times as long, and 50 ms nobody notices
SMALLEST, FIRST, MOST = 5, 20, 1000  # rows
FIGURES_DAYS = 400  # a year and a month, to compare with


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How many days each kind of row is kept."""

    bodies: int
    ignored: int  # bodies of deliveries that asked for nothing
    deliveries: int
    jobs: int  # those that ended well, messages that were sent, steps of undo, and who was told what
    steps: int
    threads: int  # what was said in them
    traces: int = 30  # what was said in the agent's turns; their figures stay


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`what` goes once it is due: the whole row, or the content of some columns."""

    what: str
    model: type[SQLModel]
    is_due: ColumnElement[bool]
    emptied: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return SQLModel.metadata.tables[str(self.model.__tablename__)]


def rules(keep: Keep, *, now: datetime) -> list[Rule]:
    """All that goes by its age."""
    deliveries, outbox, steps, undo, settings, notices, answers, ledger, said, summed = (
        SQLModel.metadata.tables[str(model.__tablename__)]
        for model in (
            *(Delivery, Outgoing, JobEvent, UndoStep, Setting, Notice, LlmCache, LlmLedger),
            *(ThreadMessage, ThreadSummary),
        )
    )
    longest = max(keep.days for keep in (llm_cache.USUAL, *llm_cache.KEEP.values()))

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    of_delivery = jobs.c.delivery_id == deliveries.c.id
    is_ignored = (deliveries.c.status == "ignored") | ~exists().where(of_delivery)
    is_worked_on = exists().where(of_delivery, jobs.c.state.in_((*UNFINISHED, "dead")))
    is_free = (deliveries.c.status != WAITING) & ~is_worked_on
    is_old = deliveries.c.received_at < before(keep.bodies)
    is_old_and_ignored = is_ignored & (deliveries.c.received_at < before(keep.ignored))
    doubts = settings.c.key.startswith(doubt.PREFIX, autoescape=True)
    return [
        Rule(
            what="bodies of deliveries",
            model=Delivery,
            is_due=(deliveries.c.body != NO_BODY) & (is_old | is_old_and_ignored) & is_free,
            emptied={"body": NO_BODY, "encoding": "identity"},
        ),
        Rule(
            what="deliveries",
            model=Delivery,
            is_due=(deliveries.c.received_at < before(keep.deliveries)) & is_free,
        ),
        Rule(
            what="finished jobs",
            model=Job,
            is_due=jobs.c.state.in_(ENDED_WELL) & (jobs.c.finished_at < before(keep.jobs)),
        ),
        Rule(what="steps of jobs", model=JobEvent, is_due=steps.c.at < before(keep.steps)),
        Rule(
            what="sent messages",
            model=Outgoing,
            is_due=(outbox.c.state == "sent") & (outbox.c.finished_at < before(keep.jobs)),
        ),
        Rule(
            what="notices that wait no more",
            model=Notice,
            is_due=(notices.c.state != "held") & (notices.c.at < before(keep.jobs)),
        ),
        Rule(what="answers of models", model=LlmCache, is_due=answers.c.at < before(longest)),
        Rule(what="what models took", model=LlmLedger, is_due=ledger.c.at < before(FIGURES_DAYS)),
        Rule(what="what was said in threads", model=ThreadMessage, is_due=said.c.at < before(keep.threads)),
        Rule(what="summaries of threads", model=ThreadSummary, is_due=summed.c.at < before(keep.threads)),
        Rule(what="undo steps", model=UndoStep, is_due=undo.c.at < before(keep.jobs)),
        Rule(
            what="doubts after a restore",
            model=Setting,
            is_due=doubts & (settings.c.value < before(keep.jobs).isoformat()),
        ),
        *texts_of_turns(before(keep.traces)),
        *_figures_of_turns(before(FIGURES_DAYS)),
    ]


def texts_of_turns(ended_before: datetime) -> list[Rule]:
    """What was said in turns that ended before then; who asked, what was used and what it took stays.

    The turns themselves come last: their texts say that the rest may still have some.
    """
    turns, steps, calls, uses, asked, judged = (
        SQLModel.metadata.tables[str(model.__tablename__)]
        for model in (Turn, TurnStep, ModelCall, ToolCall, Question, Feedback)
    )

    def is_of_old(rows: Table) -> ColumnElement[bool]:
        return exists().where(turns.c.id == rows.c.turn_id, turns.c.ended_at < ended_before)

    has_calls = cast(calls.c.calls, String) != "[]"
    has_arguments = cast(uses.c.arguments, String) != "{}"
    has_more = cast(turns.c.follow_ups, String) != "[]"
    bare = {"place": without(turns.c.place, "root_text", "files"), "route": without(turns.c.route, "reason")}
    return [
        Rule(
            what="texts of specialists",
            model=TurnStep,
            is_due=and_(or_(steps.c.text != "", steps.c.goal != "", steps.c.why != ""), is_of_old(steps)),
            emptied={"text": "", "goal": "", "why": ""},
        ),
        Rule(
            what="texts of models",
            model=ModelCall,
            is_due=and_(or_(calls.c.text != "", has_calls), is_of_old(calls)),
            emptied={"text": "", "calls": []},
        ),
        Rule(
            what="texts of tools",
            model=ToolCall,
            is_due=and_(or_(uses.c.result != "", has_arguments), is_of_old(uses)),
            emptied={"result": "", "arguments": {}, "shown": null()},
        ),
        Rule(
            what="texts of questions",
            model=Question,
            is_due=and_(or_(asked.c.text != "", asked.c.answer != ""), is_of_old(asked)),
            emptied={"text": "", "answer": "", "choices": []},
        ),
        Rule(
            what="texts of feedback",
            model=Feedback,
            is_due=and_(judged.c.reason != "", is_of_old(judged)),
            emptied={"reason": ""},
        ),
        Rule(
            what="texts of turns",
            model=Turn,
            is_due=or_(turns.c.text != "", has_more) & (turns.c.ended_at < ended_before),
            emptied={"text": "", "follow_ups": [], **bare},
        ),
    ]


def _figures_of_turns(ended_before: datetime) -> list[Rule]:
    """Turns of long ago, with all that is theirs; one that a receipt or a proposal names stays for it."""
    models: tuple[type[SQLModel], ...] = (TurnStep, ModelCall, ToolCall, Feedback, Question)
    all_models: tuple[type[SQLModel], ...] = (Turn, *models)
    turns, *parts = (SQLModel.metadata.tables[str(model.__tablename__)] for model in all_models)
    is_old = turns.c.ended_at < ended_before
    names = {"turn_steps": "specialists", "model_calls": "models", "tool_calls": "tools"}
    naming = [
        exists().where(key.parent == turns.c.id)
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is turns.c.id
    ]
    return [
        *(
            Rule(
                what=f"figures of {names.get(table.name, table.name)}",
                model=model,
                is_due=exists().where(turns.c.id == table.c.turn_id, is_old),
            )
            for model, table in zip(models, parts, strict=True)
        ),
        Rule(what="figures of turns", model=Turn, is_due=and_(is_old, *(~one for one in naming))),
    ]


async def count(db: Database, rule: Rule) -> int:
    """How many rows are due."""
    async with db.read() as tx:
        number = select(func.count()).select_from(rule.table).where(rule.is_due)
        return int((await (await tx.connection()).execute(number)).scalar_one())


async def apply(db: Database, rule: Rule) -> int:
    """Drop what is due, in batches that hold the writer for a moment each; how many rows went.

    What is due is looked for without the writer, and once: the next batch starts behind the last row of this one.
    """
    gone, size, last = 0, FIRST, 0
    while ids := await _next(db, rule, after=last, limit=size):
        async with db.write() as tx:
            started = time.perf_counter()
            these = rule.table.c.id.in_(ids) & rule.is_due
            drop = update(rule.table).values(rule.emptied) if rule.emptied else delete(rule.table)
            gone += (await (await tx.connection()).execute(drop.where(these))).rowcount
        held = time.perf_counter() - started
        size, last = batch_after(len(ids), held=held), ids[-1]
        await asyncio.sleep(held)  # half the time is everybody else's
    return gone


def batch_after(size: int, *, held: float) -> int:
    """How many rows to take next, after `size` rows held the writer for so many seconds."""
    return max(SMALLEST, min(MOST, 2 * size, int(size * WRITER_SECONDS / max(held, 1e-6))))


async def _next(db: Database, rule: Rule, *, after: int, limit: int) -> list[int]:
    number = rule.table.c.id
    wanted = select(number).where(number > after, rule.is_due).order_by(number).limit(limit)
    async with db.read() as tx:
        return list((await (await tx.connection()).execute(wanted)).scalars())
