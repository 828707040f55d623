"""Whatever a tool does, its use is stored once: a bug of ours has a number, and roles are asked for before each use."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from agent.kit.executor import execute
from agent.kit.grants import Grant, mint
from agent.kit.kinds import Line
from agent.kit.tool import Tool, tool
from agent.kit.use import Use
from agent.kit.world import Scope
from agent.people.admit import actor_of
from agent.turns.grounds import Words
from bot.llm.port import Call
from storage import pauses, people
from storage.audit import AuditEvent
from storage.database import Database, Tx
from storage.pauses import Pause
from storage.turns import ToolCall, Turn
from tests.agent.worlds import with_turn, world_of

Change = Callable[[Tx], Awaitable[None]]


def comment_ticket(words: Line) -> str:
    """Keep it; broken.

    Args:
        words: to keep.
    """
    raise TypeError(f"a secret: {words}")


async def find_people(scope: Scope, words: Line) -> str:
    """What there is.

    Args:
        words: to look for.
    """
    return f"found {words}"


WRITES: Tool = tool(risk="write", reach="own", permission="report", undo="undo")(comment_ticket)


def set_reminder() -> str:
    """Have whoever asks take three tickets at most."""
    return "capacity 3"


SETS: Tool = tool(risk="write", reach="own", permission="report", undo="set it again")(set_reminder)
READS: Tool = tool(risk="read", reach="own", permission="report")(find_people)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with with_turn(tmp_path) as db:
        yield db


async def used(db: Database, one: Tool, *, meanwhile: Change | None = None) -> ToolCall:
    """What is stored of a use, granted before something changed."""
    async with db.read() as tx:
        turn, ann = await tx.get_one(Turn, 1), await actor_of(tx, await people.the(tx, "T1", "UANN"))
    grant = mint(turn_id=1, step=1, origin="person", actor=ann, tools=[one])
    if meanwhile:
        async with db.write() as tx:
            await meanwhile(tx)
    call = Call(id="1", name=one.name, arguments={"words": "hello"})
    use = Use(turn=turn, step=1, model_call=1, call=call, words=Words(texts=()), thread_ticket=None)
    for _ in range(2):  # as after a crash
        await execute(world_of(db), grant, use, {one.name: one})
    async with db.read() as tx:
        [row] = await tx.exec(select(ToolCall))
    return row


async def test_a_bug_in_a_write_has_a_number_and_it_is_not_made_again(db: Database) -> None:
    with capture_logs() as logs:
        row = await used(db, WRITES)
    [name] = re.findall(r"E-[0-9a-f]{8}", row.result)
    assert (row.state, row.receipt_id) == ("failed", None)
    assert row.result.startswith(f"internal error {name}: this was not done")
    assert name in str(row.shown)
    assert "secret" not in f"{row.result} {row.shown}"
    assert [one["error_id"] for one in logs if one["event"] == "tool failed"] == [name], "it was run once"


@dataclass(frozen=True, kw_only=True)
class Unchecked(Grant):
    """A grant that is not looked at."""

    def has(self, tool: Tool) -> bool:
        return True


@pytest.mark.parametrize(("kind", "state", "effects"), [(Grant, "refused", []), (Unchecked, "done", ["capacity"])])
async def test_it_is_the_look_at_the_grant_that_keeps_an_effect_away(
    db: Database, kind: type[Grant], state: str, effects: list[str]
) -> None:
    """The same use of the same tool, which the step was not granted."""
    async with db.read() as tx:
        turn = await tx.get_one(Turn, 1)
    turn.route = {"steps": ["by the router"]}
    grant = kind(turn_id=1, step=1, origin="person", actor_id=turn.actor_id, tools=frozenset())
    call = Call(id="1", name=SETS.name, arguments={})
    use = Use(turn=turn, step=1, model_call=1, call=call, words=Words(texts=()), thread_ticket=None)
    row = await execute(world_of(db), grant, use, {SETS.name: SETS})
    async with db.read() as tx:
        done = [one.action for one in await tx.exec(select(AuditEvent))]
    assert row
    assert (row.state, done, bool(row.receipt_id)) == (state, effects, bool(effects)), row.result


async def _left(tx: Tx) -> None:
    (await people.the(tx, "T1", "UANN")).is_active = False


async def _paused(tx: Tx) -> None:
    await pauses.begin(tx, Pause(who="bo", why=""), workspace_id="T1", set_by="person:2")


@pytest.mark.parametrize(
    ("meanwhile", "state", "told"),
    [
        (None, "done", "found hello"),
        (_left, "failed", "Your permissions have changed since you asked."),
        (_paused, "failed", "An admin has paused the agent since you asked."),
    ],
    ids=["as granted", "left", "paused"],
)
async def test_what_is_looked_up_is_for_who_may_still_know(
    db: Database, meanwhile: Change | None, state: str, told: str
) -> None:
    row = await used(db, READS, meanwhile=meanwhile)
    assert (row.state, row.result) == (state, told)
