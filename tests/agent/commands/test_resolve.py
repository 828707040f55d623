"""Whoever reported a ticket is called in its thread once it is resolved, unless they hear of it otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from agent.assigning import assign
from agent.commands.run import run_line
from agent.desk import Desk
from agent.github.issues import hear_issue
from bot.events import GitHubIssue, IssueEvent
from bot.messages import Message
from storage import issues, people, settings_kv
from storage.outbox import Outgoing
from tests.agent.conftest import MakeTicket
from tests.agent.github.test_pulls import SHOP
from tests.agent.notices.test_notify import at, person


@pytest.mark.parametrize(
    ("before", "who", "called"),
    [
        ([], "cy", "<@UANN> "),
        (["mute CH-1"], "cy", "@ann "),
        (["watch CH-1"], "cy", "@ann "),
        (["hours Mon 12-13"], "cy", "@ann "),
        ([], "ann", ""),
    ],
)
async def test_the_reporter_is_called_once(
    desk: Desk, make_ticket: MakeTicket, before: list[str], who: str, called: str
) -> None:
    ticket = await make_ticket(priority="low")
    await assign.give(desk, ticket, await person(desk, "cy"))
    if who == "ann":
        await assign.give(desk, ticket, await person(desk, "ann"))
    for number, line in enumerate(before):
        await run_line(replace(await at(desk, "ann"), key=f"job:before{number}"), line)
    answer = await run_line(replace(await at(desk, who), key="job:resolve"), "resolve CH-1 failed over")
    told = f"*CH-1 resolved* by @{who} after less than a minute: failed over"
    assert (await in_thread(desk), answer.message.text) == ([called + told], told)


async def test_nobody_is_called_who_may_not_see_it_or_hears_of_all(desk: Desk, make_ticket: MakeTicket) -> None:
    bo = await people.the(desk.tx, "T1", "UBO")
    await settings_kv.put(desk.tx, "team:1", "notices", "all", workspace_id="T1")
    private = {"is_private": True, "channel_id": "CX", "thread_ts": "7.7"}
    for fields in ({"reporter_id": bo.id}, private):
        await assign.give(desk, await make_ticket(priority="low", **fields), await person(desk, "cy"))
    inside = replace(await at(desk, "cy"), insiders={"CX": frozenset({"UCY"})})
    for number in (1, 2):
        await run_line(replace(inside, key=f"job:{number}"), f"resolve CH-{number} failed over")
    assert [text.partition(" by ")[0] for text in await in_thread(desk)] == ["@bo *CH-1 resolved*", "*CH-2 resolved*"]


async def test_a_ticket_that_is_resolved_on_github_calls_them_too(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(priority="low", description="Redis", title="Redis")
    about = {"github_id": 5, "number": 3, "title": "Redis", "body": "", "author": "x", "url": "https://x", "labels": ()}
    opened = GitHubIssue(**about, state="open", state_reason=None, created_at=desk.now, updated_at=desk.now)
    by_bob = replace(desk, actor=None, surface="github", key="job:issue")
    await hear_issue(by_bob, IssueEvent(action="edited", repository=SHOP, issue=opened, sender="bob"))
    known = await issues.by_number(desk.tx, 1, 3)
    assert known
    known.ticket_id = 1
    closed = replace(opened, state="closed", updated_at=desk.now + timedelta(seconds=1))
    await hear_issue(by_bob, IssueEvent(action="closed", repository=SHOP, issue=closed, sender="bob"))
    [told] = await in_thread(desk)
    assert told == "<@UANN> *CH-1 resolved* after less than a minute: closed on GitHub by bob"


async def test_who_reported_the_duplicate_as_well_is_called_in_one_thread(desk: Desk, make_ticket: MakeTicket) -> None:
    first = await make_ticket(priority="low")
    await make_ticket(status="closed", duplicate_of=first.id)
    await assign.give(desk, first, await person(desk, "cy"))
    await run_line(replace(await at(desk, "cy"), key="job:resolve"), "resolve CH-1 failed over")
    assert (await in_thread(desk))[0].startswith("<@UANN> ")
    assert [text.partition(" CH-1")[0] for text in await in_thread(desk, ":merged")] == ["@ann"]


async def in_thread(desk: Desk, name: str = ":change") -> list[str]:
    """What the threads of tickets were told."""
    await desk.tx.flush()
    found = select(Outgoing.payload).where(col(Outgoing.key).endswith(name)).order_by(col(Outgoing.id))
    return [Message.model_validate_json(payload).text for payload in await desk.tx.exec(found)]
