"""A number that nobody means, thousands of digits long, is refused in words: it is never a fault of ours."""

from dataclasses import replace

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from bot.errors import UserError
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

DIGITS = "9" * 5000
LINES = [
    "list page:N",
    "list older:Nd",
    "jobs show N",
    "reminders cancel N",
    "capacity N",
    "hours Mon-Fri N-18",
    "hours Mon-Fri 9:N-18",
    "away Nd",
    "snooze CH-1 2026-12-N",
    "remind me at N:00 to look",
    "remind me in N minutes to look",
    "me set quiet N-7",
    "sla set Platform high ack=Nh",
    "reconcile --since Nh",
    "ownership remove N",
    "separate N",
    "approve P-N",
    "claim CH-1@N",
    "dup CH-1 of CH-N",
    "resolve CH-1 N",
]


@pytest.mark.parametrize("line", LINES)
async def test_it_is_refused_in_words(desk: Desk, make_ticket: MakeTicket, line: str) -> None:
    await make_ticket()
    bo = await as_person(desk, "bo")
    assert bo.actor
    admin = replace(bo, actor=replace(bo.actor, is_admin=True))
    with pytest.raises(UserError):
        await run_line(admin, line.replace("N", DIGITS))
