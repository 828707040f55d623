"""Somebody's page of the day has what waits for their decision, and their team's idea of what is stale."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from agent.assigning import assign
from agent.calendar.whose import calendar_of_person
from agent.commands.run import run_line
from agent.desk import Desk
from agent.digest.build import build
from agent.digest.plan import DIGEST, plan_next
from agent.home.mine import reminders_part
from agent.home.view import View
from agent.language import LANGUAGE
from agent.people.admit import actor_of
from agent.roster.keep import DOES
from agent.roster.plan import Change
from prompts.words import speaking
from storage import digests, overview, settings_kv
from storage.reminders import Reminder
from tests.agent.conftest import NOW, MakeTicket
from tests.agent.notices.test_notify import person


async def page(desk: Desk, name: str) -> str:
    who = await person(desk, name)
    digest = await build(desk, who, await calendar_of_person(desk.tx, desk.settings, who.id))
    return "\n".join(digest.message.notes) if digest.message else ""


async def test_what_waits_for_a_decision_stands_on_the_page_of_who_decides(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(priority="low", permalink="https://x.test/1")
    await run_line(desk, "withdraw CH-1")
    await desk.tx.flush()
    shown = await page(desk, "bo")
    assert "*To decide (1)*\n• *P-1*: @ann asks to " in shown
    assert "`approve P-1` or `deny P-1 …` with a reason decides it." in shown
    assert "decides it. · *<https://x.test/1|CH-1>*" in shown
    assert await page(desk, "cy") == ""


async def test_each_reminder_of_the_day_leads_to_what_it_is_about(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(permalink="https://x.test/1")
    await run_line(desk, "remind me about CH-1 in 2h")
    await run_line(desk, "remind me to look at it in 3h")
    about, other = (await page(desk, "ann")).splitlines()[1:]
    assert about.endswith(" *<https://x.test/1|CH-1>* Redis is down")
    assert other.endswith(" look at it")


async def test_whoever_is_waited_for_or_has_a_reminder_gets_a_page(desk: Desk, make_ticket: MakeTicket) -> None:
    async def names() -> set[str]:
        return {one.name for one in await digests.receivers(desk.tx, after=0, most=9)}

    assert await names() == {"bo", "cy", "di"}
    ticket, ann = await make_ticket(), await person(desk, "ann")
    ticket.waiting_on = ann.id
    await desk.tx.flush()
    assert "ann" in await names()
    ticket.status = "resolved"
    await desk.tx.flush()
    assert "ann" not in await names()
    await run_line(desk, "remind me to look at it in 3h")
    assert "ann" in await names()


async def test_who_changes_their_days_off_or_hours_has_their_page_by_them(desk: Desk) -> None:
    async def planned() -> list[str]:
        found = select(Reminder.due_at).where(Reminder.kind == DIGEST, Reminder.state == "planned")
        return [f"{at:%m-%d %H:%M}" for at in await desk.tx.exec(found)]

    ann = await person(desk, "ann")
    await plan_next(desk, ann)
    assert await planned() == ["03-03 09:00"]
    said = await run_line(desk, "holiday add 2026-03-03 Fair")
    assert "in the next year 1 day off" in said.message.text
    assert await planned() == ["03-04 09:00"]
    ann.slack_id = "UANN"
    change = Change(line=2, column="hours", before="", after="Mon-Fri 08:00-16:00", slack_id="UANN")
    await DOES["hours"](desk, change)
    assert await planned() == ["03-04 08:00"]


@pytest.mark.parametrize("words", ["today at 19:00", "tomorrow at 20:00"])
async def test_an_evening_is_outside_ones_hours_and_no_day_off(desk: Desk, make_ticket: MakeTicket, words: str) -> None:
    await make_ticket()
    bo = replace(desk, actor=await actor_of(desk.tx, await person(desk, "bo")))
    assert "is outside your hours" in (await run_line(bo, f"snooze CH-1 {words}")).message.text


async def test_why_somebody_has_it_is_said_as_the_card_is(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await settings_kv.put(desk.tx, "C1", LANGUAGE, "de", workspace_id="T1")
    await run_line(replace(desk, actor=await actor_of(desk.tx, await person(desk, "cy"))), "claim CH-1")
    assert ticket.assign_reason == "selbst übernommen"


async def test_what_is_proposed_of_a_private_ticket_is_shown_to_its_members_alone(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    await make_ticket(priority="low", is_private=True, channel_id="CX")
    inside = replace(desk, insiders={"CX": frozenset({"UANN"})})
    await run_line(inside, "withdraw CH-1")
    await desk.tx.flush()
    assert await page(inside, "bo") == ""


@pytest.mark.parametrize(
    ("key", "value", "is_stale"), [("on", "on", True), ("on", "off", False), ("every", "8h", False)]
)
async def test_what_is_stale_is_as_its_team_says(
    desk: Desk, make_ticket: MakeTicket, key: str, value: str, is_stale: bool
) -> None:
    ticket = await make_ticket(priority="high", created_at=NOW - timedelta(days=10), touched_at=NOW)
    await assign.give(desk, ticket, await person(desk, "cy"))
    await settings_kv.put(desk.tx, "team:1", f"nudge.{key}", value, workspace_id="T1")
    later = replace(desk, now=NOW + timedelta(hours=5))
    assert ("*Going stale (1)*" in await page(later, "cy")) is is_stale


async def test_why_a_reminder_is_planned_is_said_in_the_language_of_the_home_tab(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    await make_ticket()
    await run_line(desk, "remind me about CH-1 in 2h")
    ann = await person(desk, "ann")
    view = View(desk=desk, person=ann, about=await overview.about(desk.tx, ann.id, now=NOW), said={})
    with speaking("de"):
        part = reminders_part(view, await overview.coming(desk.tx, ann.id, most=9))
    assert part is not None
    assert part.lines[0].text.endswith("*CH-1* Redis is down: du hast darum gebeten")
