"""`why reminded` explains the last reminder that came to whoever asks, whatever it was about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from agent.digest.plan import DIGEST, plan_key
from agent.notices.holding import HELD
from storage import people, reminders
from storage.reminders import Reminder
from tests.agent.conftest import NOW
from tests.agent.notices.test_notify import at
from tests.agent.test_sla import fire


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("remind me to call Bob in 2h", "@cy asked for it"),
        ("remind @di to call Bob in 2h", ""),
        (DIGEST, "it is your daily digest"),
        (HELD, "it was held back until then, since they are away."),
    ],
)
async def test_the_last_that_came_is_explained(desk: Desk, line: str, said: str) -> None:
    cy = await at(desk, "cy")
    if line in {DIGEST, HELD}:
        person = await people.the(desk.tx, "T1", "UCY")
        about = {"workspace_id": "T1", "person_id": person.id, "created_at": NOW, "reason": "they are away"}
        key = plan_key(person.id, NOW.date())
        one = Reminder(kind=line, due_at=NOW, plan_key=key, **about)
        desk.tx.add(one)
        await desk.tx.flush()
        await reminders.send(desk.tx, one, now=NOW, is_late=False)
    else:
        await run_line(replace(cy, place=None), line)
    await fire(replace(desk, now=NOW + timedelta(hours=3)))
    answer = (await run_line(cy, "why reminded")).message.text
    assert said in answer
    assert (answer == "No reminder has come to you yet.") == (said == "")
