"""A ticket changes its status in allowed ways only, and each change is recorded."""

from datetime import timedelta

import pytest

from agent.desk import Desk
from agent.tickets.transition import ALLOWED, change_status
from bot.errors import UserError
from storage import audit
from storage.database import insert_kept
from tests.agent.conftest import NOW, MakeTicket

WAYS = [(before, after) for before in ALLOWED for after in ALLOWED]


@pytest.mark.parametrize(("before", "after"), WAYS)
async def test_the_ways(desk: Desk, make_ticket: MakeTicket, before: str, after: str) -> None:
    ticket = await make_ticket(status=before)
    if after in ALLOWED[before]:
        await change_status(desk, ticket, after, reason="because", said="changed by @ann")
        assert ticket.status == after
        await insert_kept(desk.tx)
        [event] = await audit.of(desk.tx, "ticket", str(ticket.id))
        assert (event.before["status"], event.after["status"]) == (before, after)
    else:
        with pytest.raises(UserError, match=r"CH-1 is .+; from there it can become `"):
            await change_status(desk, ticket, after, reason="because", said="changed by @ann")
        assert ticket.status == before
        assert await audit.of(desk.tx, "ticket", str(ticket.id)) == []


async def test_times_and_the_reason_follow_the_status(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(created_at=NOW - timedelta(hours=1))
    await change_status(desk, ticket, "resolved", reason="failed over", said="")
    assert (ticket.resolved_at, ticket.acknowledged_at, ticket.resolution) == (NOW, NOW, "failed over")
    await change_status(desk, ticket, "open", reason="again", said="")
    assert (ticket.resolved_at, ticket.acknowledged_at, ticket.resolution) == (None, NOW, None)
