"""Whatever is done to a ticket in whatever order: only the allowed ways are gone, and undo brings back what was."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from agent.commands.run import run_line
from agent.desk import Desk
from agent.tickets.change import FIELDS
from bot.errors import UserError
from bot.events import Surface
from storage import tickets
from storage.tickets import Ticket
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

RUNS = settings(max_examples=20, stateful_step_count=12, suppress_health_check=[HealthCheck.too_slow])
WAYS = {
    ("open", "in_progress"),
    ("in_progress", "open"),
    ("open", "resolved"),
    ("in_progress", "resolved"),
    ("open", "closed"),
    ("in_progress", "closed"),
    ("resolved", "closed"),
    ("resolved", "open"),
    ("closed", "open"),
}
STATUSES = ("open", "in_progress", "resolved", "closed")
DAY, BUTTON = timedelta(hours=24), timedelta(minutes=10)
T = TypeVar("T")


@dataclass
class Step:
    """A change of the model: what the fields that it changed were before."""

    version: int
    at: timedelta
    before: dict[str, Any]


class Machine(RuleBasedStateMachine):
    """Bo and cy work on a ticket and take back what was done; the model keeps what it should look like."""

    def __init__(self, desks: dict[str, Desk], ticket: Ticket, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.desks, self.ticket, self.loop = desks, ticket, loop
        self.passed = timedelta()
        self.done: list[Step] = []
        self.seen = self.fields()

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self.ticket, name) for name in FIELDS}

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(timeout=30)

    def says(self, who: str, line: str, surface: Surface = "mention") -> str:
        """The refusal, or nothing: then the change is kept."""
        at = self.desks[who]
        key = f"{line}:{self.ticket.version}:{self.ticket.id}:{self.passed}"
        desk = replace(at, now=at.now + self.passed, key=key, surface=surface)
        try:
            self.do(run_line(desk, line))
        except UserError as refusal:
            return str(refusal)
        before, self.seen = self.seen, self.fields()
        changed = {name: before[name] for name in before if before[name] != self.seen[name]}
        self.done.append(Step(self.ticket.version, self.passed, changed))
        return ""

    @rule(to=st.sampled_from(STATUSES))
    def go(self, to: str) -> None:
        was = self.ticket.status
        refusal = self.says("bo", f"status {self.ticket.name} {to.replace('_', ' ')} because of it")
        if (was, to) in WAYS:
            assert (refusal, self.ticket.status) == ("", to)
        else:
            assert f"{self.ticket.name} is {was.replace('_', ' ')}" in refusal
            assert self.ticket.status == was

    @rule(number=st.integers(min_value=1, max_value=10**9), who=st.sampled_from(["bo", "cy"]))
    def word(self, number: int, who: str) -> None:
        assert self.says(who, f"set {self.ticket.name} title Redis fails over, again {number}") == ""

    @rule(pause=st.sampled_from([timedelta(minutes=6), timedelta(hours=5), timedelta(hours=19)]))
    def time_passes(self, pause: timedelta) -> None:
        self.passed += pause

    @rule()
    def undo(self) -> None:
        """By word: the last change."""
        last = self.done[-1] if self.done else None
        self._undo(f"undo {self.ticket.name}", last, "mention", within=DAY)

    @precondition(lambda self: self.done)
    @rule(data=st.data(), surface=st.sampled_from(["button", "mention"]))
    def undo_one(self, data: st.DataObject, surface: Surface) -> None:
        """By button, or by its version: any change, also one that others came after."""
        step = data.draw(st.sampled_from(self.done))
        within = BUTTON if surface == "button" else DAY
        self._undo(f"undo {self.ticket.name}@{step.version}", step, surface, within=within)

    def _undo(self, line: str, step: Step | None, surface: Surface, *, within: timedelta) -> None:
        later = [one for one in self.done if step and one.version > step.version]
        refusal = self.says("bo", line, surface)
        if step is None or step.at < self.passed - DAY:
            assert "within the last 24 h" in refusal
        elif step.at < self.passed - within:
            assert "This button works for 10 minutes." in refusal
        elif any(one.before.keys() & step.before.keys() for one in later):
            assert "cannot be undone any more" in refusal
        else:
            assert refusal == ""
            assert {name: self.seen[name] for name in step.before} == step.before

    @invariant()
    def nothing_changes_besides(self) -> None:
        assert self.fields() == self.seen


async def test_the_ticket_and_its_model_agree(desk: Desk, make_ticket: MakeTicket) -> None:
    loop = asyncio.get_running_loop()
    desks = {name: await as_person(desk, name) for name in ("bo", "cy")}

    async def given() -> Ticket:
        ticket = await make_ticket()
        await tickets.assign(desk.tx, ticket, person_id=desks["cy"].asker.person_id, now=desk.now)
        return ticket

    def machine() -> Machine:
        return Machine(desks, asyncio.run_coroutine_threadsafe(given(), loop).result(timeout=30), loop)

    await asyncio.to_thread(run_state_machine_as_test, machine, settings=RUNS)
