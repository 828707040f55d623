"""`why silent` names all that keeps a ticket quiet now, and to each only what is theirs to know."""

from dataclasses import replace

from agent.assigning import assign
from agent.commands.run import run_line
from agent.desk import Desk
from agent.sla.clocks import reckon
from storage.calendars import CustomDay, of_team
from tests.agent.conftest import MakeTicket
from tests.agent.notices.test_notify import at, person


async def test_all_that_keeps_it_quiet_is_named(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="medium")
    await assign.give(desk, ticket, await person(desk, "cy"))
    await reckon(desk, ticket)
    cy, day = await at(desk, "cy"), {"workspace_id": "T1", "day": desk.now.date(), "is_off": True}
    desk.tx.add(CustomDay(scope=of_team(1), name="Carnival", **day))
    for number, line in enumerate(("hours Mon-Fri 9-18", "mute CH-1", "mute team Platform", "me set quiet 8-12")):
        await run_line(replace(cy, key=f"job:silent{number}"), line)
    rest = (
        "• Managers hear in their digest alone of what a medium ticket misses.",
        "• A medium ticket that nobody does anything with stands in digests alone.",
    )
    told = (await run_line(cy, "why silent CH-1")).message.text.splitlines()[1:]
    assert tuple(told[:2]) == rest
    own = "they muted the ticket; they muted its team; it is a day off of theirs; they want quiet at this time"
    assert told[2] == f"• @cy: {own}."
    assert told[3] == "• The team has a day off today: Carnival."
    seen = (await run_line(await at(desk, "di"), "why silent CH-1")).message.text.splitlines()[3]
    assert seen == "• @cy: it is a day off of theirs; nudges wait, or are not wanted."
    off = replace(cy, settings=desk.settings.model_copy(update={"reminders": False}))
    assert "• Reminders are off for everybody" in (await run_line(off, "why silent CH-1")).message.text
