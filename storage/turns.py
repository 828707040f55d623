"""A request that the agent works on, as T-1: its steps, what models said, what was done, to go on after a crash.

queued -> running -> done, stopped or failed; waiting: a step needs somebody's approval before the next one. What is
refused at once is only kept.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import update as update_rows
from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint, col, func, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load, run

QUEUED, RUNNING, WAITING = "queued", "running", "waiting"
DONE, STOPPED, FAILED = "done", "stopped", "failed"
REFUSED = "refused"  # never begun; `note` is why
LIVE = (QUEUED, RUNNING, WAITING)
ALONE = "slash"  # the surface on which who asks reads request and answer alone, in a place that others read


class Turn(Row, table=True):
    """One request. `place` is where it was said (bot.events.Place), `text` as it was said, in Slack's markup.

    `origin` is whose words it is made of and never changes: person, github or system. `route` is who decided which
    specialists work (`by`, `reason`, `steps`), `grants` the tools that each of them got. `cost` is in millionths of a
    US dollar, None while a model without a price was asked. `follow_ups` are what the asker said meanwhile: text, ts,
    and the step and number of the model's answer before which it came in, once it has. `offers`: what its answer has a
    button for besides: `ticket`, where it may have been a report.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        UniqueConstraint("key"),
        Index("ix_turns_thread", "channel_id", "thread_ts"),
        Index("ix_turns_state", "state", "deadline_at"),
    )

    number: int
    key: str  # of the work that began it: the same message begins one
    actor_id: int = Field(foreign_key="people.id")
    slack_id: str
    origin: str = "person"
    surface: str
    channel_id: str
    thread_ts: str | None = None
    message_ts: str | None = None
    place: dict[str, Any] = Field(sa_type=JSON)
    text: str
    forced: str = ""  # the specialist that the asker chose
    offers: str = ""
    continues: int | None = Field(default=None, foreign_key="turns.id")  # the one that came to a limit
    fence: str = ""  # marks the blocks of others' text that its models read
    follow_ups: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    state: str = QUEUED
    outcome: str = ""
    route: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    grants: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    deadline_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    stop_at: datetime | None = Field(default=None, sa_type=UtcTime)
    stopped_by: int | None = Field(default=None, foreign_key="people.id")
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int | None = 0
    note: str = ""  # why it was answered with less than was possible
    correlation_id: str = Field(default="", index=True)

    @property
    def name(self) -> str:
        return f"T-{self.number}"

    @property
    def is_private(self) -> bool:
        """Whether not everybody in the workspace may read it: it was asked where not everybody reads, or its asker
        alone reads the answer, which then tells of all that they may see."""
        return self.is_for_asker_alone or bool(self.place.get("is_private"))

    @property
    def is_for_asker_alone(self) -> bool:
        """Whether nobody else reads the request and its answer, wherever it was asked."""
        return self.surface == ALONE or bool(self.place.get("is_dm"))


class TurnStep(Row, table=True):
    """What one specialist did of a turn. `text` is what it answered; `why` it has none."""

    __tablename__ = "turn_steps"
    __table_args__ = (UniqueConstraint("turn_id", "number"),)

    turn_id: int = Field(foreign_key="turns.id")
    number: int
    specialist: str
    goal: str
    state: str = QUEUED
    text: str = ""
    why: str = ""


class ModelCall(Row, table=True):
    """One answer of a model; step 0 is the router's. `calls` are those it asks for: id, name, arguments, problem."""

    __tablename__ = "model_calls"
    __table_args__ = (UniqueConstraint("turn_id", "step", "number"),)

    turn_id: int = Field(foreign_key="turns.id")
    step: int
    number: int
    purpose: str
    prompt: str  # name@hash and version: `research@3f2a… v1`
    provider: str = ""
    model: str = ""
    mode: str = ""
    text: str = ""
    calls: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    stop: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int | None = None
    attempts: int = 0
    milliseconds: int = 0
    at: datetime = Field(sa_type=UtcTime)
    problem: str = ""  # why there is no answer
    # breakers (provider -> how it stood), left_out (what had no room), cached, cache_read (tokens)
    around: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})


class ToolCall(Row, table=True):
    """One use of a tool, stored with what it did, so that it is never done twice.

    `result` is what the model was told, `shown` what people are (bot.messages.Message), where they are told something.
    """

    __tablename__ = "tool_calls"
    __table_args__ = (UniqueConstraint("effect_key"), Index("ix_tool_calls_turn_id", "turn_id", "step", "id"))

    turn_id: int = Field(foreign_key="turns.id")
    step: int
    model_call: int  # its number in the step
    call_id: str
    tool: str
    arguments: dict[str, Any] = Field(sa_type=JSON)
    effect_key: str
    state: str  # done, failed, refused, uncertain, proposed, would, asked, cancelled
    result: str
    shown: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    receipt_id: int | None = Field(default=None, foreign_key="receipts.id")
    proposal_id: int | None = Field(default=None, foreign_key="proposals.id")
    milliseconds: int = 0
    at: datetime = Field(sa_type=UtcTime)


# Built once: these run several times in each turn, and to build one costs as much as to run it.
_STEPS = select(TurnStep).where(TurnStep.turn_id == bindparam("turn")).order_by(col(TurnStep.number))
_ANSWERS = (
    select(ModelCall).where(ModelCall.turn_id == bindparam("turn")).order_by(col(ModelCall.step), col(ModelCall.number))
)
_USES = select(ToolCall).where(ToolCall.turn_id == bindparam("turn")).order_by(col(ToolCall.id))
_ANSWERS_OF_STEP = _ANSWERS.where(ModelCall.step == bindparam("step"))
_USES_OF_STEP = _USES.where(ToolCall.step == bindparam("step"))
_DONE = select(ToolCall).where(ToolCall.effect_key == bindparam("key"))
_turns, _turn_steps = SQLModel.metadata.tables["turns"], SQLModel.metadata.tables["turn_steps"]
_TOOK = (
    update_rows(_turns)
    .where(_turns.c.id == bindparam("turn"))
    .values(
        input_tokens=_turns.c.input_tokens + bindparam("input"),
        output_tokens=_turns.c.output_tokens + bindparam("output"),
        cost=_turns.c.cost + bindparam("more"),
    )
)
_END = (
    update_rows(_turn_steps)
    .where(_turn_steps.c.turn_id == bindparam("turn"), _turn_steps.c.number == bindparam("step"))
    .values(state=bindparam("to"), text=bindparam("words"), why=bindparam("because"))
)


async def next_number(tx: Tx, workspace_id: str) -> int:
    """The number for a turn begun in this write transaction."""
    highest = select(func.coalesce(func.max(Turn.number), 0)).where(Turn.workspace_id == workspace_id)
    return (await tx.exec(highest)).one() + 1


async def get(tx: Tx, turn_id: int) -> Turn:
    return await load(tx, Turn, turn_id)


async def by_key(tx: Tx, key: str) -> Turn | None:
    """The turn that this piece of work has begun already."""
    return (await tx.exec(select(Turn).where(Turn.key == key))).first()


async def by_number(tx: Tx, workspace_id: str, number: int) -> Turn | None:
    found = select(Turn).where(Turn.workspace_id == workspace_id, Turn.number == number)
    return (await tx.exec(found)).first()


async def by_message(tx: Tx, channel_id: str, ts: str) -> Turn | None:
    """The turn that a message began; one that was refused, where it began none."""
    found = select(Turn).where(Turn.channel_id == channel_id, Turn.message_ts == ts)
    return (await tx.exec(found.order_by(col(Turn.state) == REFUSED, col(Turn.id)))).first()


async def steps(tx: Tx, turn_id: int) -> list[TurnStep]:
    return list(await tx.exec(_STEPS, params={"turn": turn_id}))


async def model_calls(tx: Tx, turn_id: int, step: int | None = None) -> list[ModelCall]:
    """What the model said, of one step or of all, in order."""
    if step is None:
        return list(await tx.exec(_ANSWERS, params={"turn": turn_id}))
    return list(await tx.exec(_ANSWERS_OF_STEP, params={"turn": turn_id, "step": step}))


async def took(tx: Tx, turn_id: int, *, input_tokens: int, output_tokens: int, cost: int | None) -> None:
    """Add what an answer took; where nobody knows what that costs, nobody knows what the turn does."""
    await run(tx, _TOOK, {"turn": turn_id, "input": input_tokens, "output": output_tokens, "more": cost})


async def end_step(tx: Tx, turn_id: int, number: int, *, state: str, text: str, why: str) -> None:
    """A step is done, or cannot be."""
    await run(tx, _END, {"turn": turn_id, "step": number, "to": state, "words": text, "because": why})


async def tool_calls(tx: Tx, turn_id: int, step: int | None = None) -> list[ToolCall]:
    """What was done, of one step or of all, in order."""
    if step is None:
        return list(await tx.exec(_USES, params={"turn": turn_id}))
    return list(await tx.exec(_USES_OF_STEP, params={"turn": turn_id, "step": step}))


async def done_already(tx: Tx, effect_key: str) -> ToolCall | None:
    """What this very call came to, if it was made before."""
    return (await tx.exec(_DONE, params={"key": effect_key})).first()


async def latest(
    tx: Tx, workspace_id: str, *, state: str = "", actor_id: int | None = None, most: int = 50
) -> list[Turn]:
    """The newest turns first."""
    found = select(Turn).where(Turn.workspace_id == workspace_id)
    found = found.where(Turn.state == state) if state else found
    found = found.where(Turn.actor_id == actor_id) if actor_id is not None else found
    return list(await tx.exec(found.order_by(col(Turn.id).desc()).limit(most)))
