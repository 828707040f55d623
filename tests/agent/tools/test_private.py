"""What is private leaves no trace in what any tool finds for a place where everybody reads along, not even a count."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, update

from agent.desk import Desk
from agent.kit.tool import Tool
from agent.kit.world import Scope, World
from agent.specialists import TOOLS
from bot.errors import UserError
from storage import people
from storage.alarms import Alarm
from storage.comments import Comment
from storage.repositories import Repository
from storage.tickets import Assignment, Ticket
from storage.turns import Turn
from tests.agent.conftest import NOW, MakeTicket

PRIVATE, OPEN, MARK = "CPRIVATE", "C1", "zanzibar"
READS = sorted((tool for tool in TOOLS.values() if tool.is_read), key=lambda one: one.name)
WORDS = st.sampled_from(
    (MARK, "redis", "redis is down", "open", "mine", "assignee:cy", f'"{MARK}"', "all", "closed", "src/cart.py")
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ticket": st.sampled_from(("CH-1", "CH-2", "CH-3", "CH-4", "CH-99", "this")),
    "person": st.sampled_from(("me", "cy", "@bo", "<@UDI>", "nobody", MARK)),
    "repository": st.sampled_from(("here", f"acme/{MARK}", MARK, "acme/shop")),
    "number": st.integers(0, 30),
    "words": WORDS,
    "time": WORDS,
}


@dataclass(frozen=True, kw_only=True)
class AtDesk(World):
    """A world whose looks are all made at one desk; it has no way to GitHub."""

    at: Desk

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Desk]:
        yield self.at


def scope(desk: Desk, channel_id: str) -> Scope:
    """Where others read along."""
    assert desk.place
    at = replace(desk, is_read_along=True, place=replace(desk.place, channel_id=channel_id))
    missing = cast(Any, None)
    names = ("db", "model", "github", "fresh", "clock", "desk", "finishing", "signs", "plainly", "got_on")
    world = AtDesk(at=at, settings=desk.settings, **dict.fromkeys(names, missing))
    return Scope(world=world)


async def found(tool: Tool, where: Scope, arguments: dict[str, Any]) -> str:
    """What a model would be told; a way to GitHub that is taken is an error here."""
    try:
        return await tool.read(where, arguments)
    except UserError as refusal:
        return str(refusal)


def arguments_of(tool: Tool) -> st.SearchStrategy[dict[str, Any]]:
    """Whatever a model could say to it of what there is here."""
    return st.fixed_dictionaries(
        {
            name: st.sampled_from(about["enum"]) if "enum" in about else VALUES[tool.sorts[name]]
            for name, about in tool.schema["properties"].items()
        }
    )


@pytest.fixture
async def ann(desk: Desk, make_ticket: MakeTicket) -> Desk:
    """Ann, who is in the private channel: its tickets and their people, her reminder, a request, its repository."""
    await make_ticket()
    await make_ticket(title="Kafka is slow", description="kafka is slow")
    closed = {"channel_id": PRIVATE, "channel_name": MARK, "is_private": True}
    secret = await make_ticket(title=f"Redis is down in {MARK}", description=f"redis {MARK}", **closed)
    other = await make_ticket(title=MARK, description="redis is down", reporter_id=2, **closed)
    secrets = (secret.id, other.id)
    tx, first = desk.tx, {"workspace_id": "T1", "created_at": NOW}
    cy = await people.the(tx, "T1", "UCY")
    tx.add_all(
        [
            *(Assignment(ticket_id=one, person_id=cy.id, assigned_at=NOW, workspace_id="T1") for one in secrets),
            Comment(ticket_id=secret.id, author_id=2, text=f"said in {MARK}", source="slack", **first),
            Alarm(asker_id=1, person_id=1, text=MARK, ticket_id=secret.id, zone="UTC", first="", next_at=NOW, **first),
            Repository(github_id=7, host="github.com", full_name=f"acme/{MARK}", channel_id=PRIVATE, **first),
        ]
    )
    asked = {"channel_id": PRIVATE, "place": {"is_private": True}, "state": "done", "text": MARK, "surface": "mention"}
    for number, who in ((1, 1), (2, 2)):
        made = {"created_at": NOW - timedelta(hours=1), "slack_id": "U", "actor_id": who, "number": number}
        tx.add(Turn(workspace_id="T1", key=str(number), **made, **asked))
    await tx.flush()
    keyed = desk.settings.model_copy(update={"github_app_id": "1", "github_private_key": "x"})
    return replace(desk, settings=keyed, insiders={PRIVATE: frozenset({"UANN", "UBO"})})


async def forget_private(desk: Desk) -> None:
    """What is private is nowhere; only that a reminder of hers comes is no secret of that channel."""
    for table in (Ticket, Turn, Repository):
        await desk.tx.exec(update(table).where(col(table.channel_id) == PRIVATE).values(workspace_id="T2"))
    await desk.tx.exec(update(Repository).values(disconnected_at=NOW))
    await desk.tx.exec(update(Ticket).where(col(Ticket.workspace_id) == "T2").values(status="closed"))
    await desk.tx.exec(update(Alarm).values(ticket_id=None, text="something else"))
    await desk.tx.flush()
    desk.tx.expire_all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uses=st.fixed_dictionaries({tool.name: arguments_of(tool) for tool in READS}))
async def test_nothing_private_is_told_where_all_read_along(ann: Desk, uses: dict[str, dict[str, Any]]) -> None:
    told = {tool.name: await found(tool, scope(ann, OPEN), uses[tool.name]) for tool in READS}
    async with ann.tx.begin_nested() as point:
        await forget_private(ann)
        without = {tool.name: await found(tool, scope(ann, OPEN), uses[tool.name]) for tool in READS}
        await point.rollback()
    ann.tx.expire_all()
    assert told == without


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("similar_tickets", {"words_of_it": f"redis {MARK}"}),
        ("list_tickets", {"filters": "open"}),
        ("get_ticket", {"ticket": "CH-3", "from_line": 1}),
        ("explain", {"ticket": "CH-3", "about": "assigned", "not_whom": "nobody"}),
        ("list_reminders", {}),
        ("conversations", {"days": 14, "from_line": 1}),
    ],
)
async def test_in_its_own_channel_it_is(ann: Desk, name: str, arguments: dict[str, Any]) -> None:
    """So that the test above does not hold because nothing is ever found."""
    assert MARK in await found(TOOLS[name], scope(ann, PRIVATE), arguments)
