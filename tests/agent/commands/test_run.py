"""A command names what exists, asks for permission once, and says what to do instead."""

from dataclasses import replace

import pytest

from agent.commands.run import run_line, unknown
from agent.desk import Desk
from agent.forms.table import FORMS
from agent.people.admit import actor_of
from bot.errors import Refused, UserError
from bot.messages import escape
from storage import audit, people
from storage.tickets import assignees
from tests.agent.conftest import NOW, MakeTicket


async def as_person(desk: Desk, name: str) -> Desk:
    return replace(desk, actor=await actor_of(desk.tx, await people.the(desk.tx, "T1", f"U{name.upper()}")))


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("fly away", "I do not know “fly away”. `help` lists the commands."),
        ("resolv 1", "I do not know “resolv 1”. Did you mean `resolve`?"),
        ("claim CH-7", "There is no CH-7 that you can see."),
        ("claim", "Which ticket is missing. Usage: `claim CH-1`"),
        ("assign CH-1 @zoe", "I do not know @zoe."),
        ("assign CH-1 zoe", "I do not know @zoe."),
        ("move CH-1 <!channel>", "There is no team “@channel”. Teams: Platform."),
        ("show CH-1 <!channel>", "“&lt;!channel&gt;” is more than `show` takes."),
    ],
)
async def test_what_is_not_there(desk: Desk, make_ticket: MakeTicket, line: str, answer: str) -> None:
    await make_ticket()
    with pytest.raises(UserError) as problem:
        await run_line(await as_person(desk, "bo"), line)
    assert str(problem.value).startswith(answer)


async def test_a_name_without_its_at_is_the_one_person_who_has_it(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    await run_line(await as_person(desk, "bo"), "assign CH-1 Cy")
    assert [person.name for person in await assignees(desk.tx, ticket.id)] == ["cy"]


async def test_what_was_typed_at_length_is_not_lost(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket()
    bo = await as_person(desk, "bo")
    reason = " ".join(["the replica took over <@UCY>"] * 40)
    for line, problem in (
        (f"resolve CH-1 {reason}", "The reason is longer than 1,000 characters. Usage: "),
        (f"show CH-1 {reason}", "“the replica took over "),
        (f"set CH-1 title {reason}", "The title is longer than 256 characters. Usage: "),
    ):
        with pytest.raises(UserError) as refusal:
            await run_line(bo, line)
        assert str(refusal.value).startswith(problem)
        assert str(refusal.value).endswith(f"\nWhat you wrote: {escape(line)}")


async def test_a_refusal_names_the_manager_and_changes_nothing(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    with pytest.raises(Refused) as refusal:
        await run_line(desk, "close CH-1 enough of it")
    assert str(refusal.value) == "You may not close CH-1: that is for managers of the team and admins. Ask @bo."
    assert ticket.status == "open"
    assert await audit.of(desk.tx, "ticket", str(ticket.id)) == []


async def test_status_needs_the_permission_of_the_verb_it_leads_to(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket()
    cy = await as_person(desk, "cy")
    await run_line(cy, "claim CH-1")
    with pytest.raises(Refused, match="You may not close CH-1"):
        await run_line(cy, "status CH-1 closed enough of it")
    with pytest.raises(UserError, match="`resolve` needs a reason"):
        await run_line(cy, "status CH-1 resolved")
    await run_line(cy, "status CH-1 resolved failed over")
    assert (ticket.status, ticket.resolution) == ("resolved", "failed over")


async def test_two_people_of_one_name_cannot_be_told_apart_by_it(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket()
    desk.tx.add(people.Person(workspace_id="T1", slack_id="UCY2", name="Cy", created_at=NOW))
    await desk.tx.flush()
    bo = await as_person(desk, "bo")
    with pytest.raises(UserError, match="There are several people called “cy”"):
        await run_line(bo, "assign CH-1 @cy")
    await run_line(bo, "assign CH-1 <@UCY> <@UDI>")
    assert [person.name for person in await assignees(desk.tx, 1)] == ["cy", "di"]


async def test_the_threads_ticket_is_meant_when_none_is_named(desk: Desk, make_ticket: MakeTicket) -> None:
    first, second = await make_ticket(), await make_ticket()
    bo = await as_person(desk, "bo")
    await run_line(bo, "close enough of it", thread_ticket=second)
    await run_line(bo, "close CH-1 enough of it", thread_ticket=second)
    assert (first.status, second.status) == ("closed", "closed")


async def test_a_private_ticket_answers_like_a_missing_one(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(is_private=True, channel_id="CX")
    bo = await as_person(desk, "bo")
    with pytest.raises(UserError) as hidden:
        await run_line(bo, "close CH-1 enough of it")
    with pytest.raises(UserError) as missing:
        await run_line(bo, "close CH-2 enough of it")
    assert str(hidden.value).replace("CH-1", "CH-2") == str(missing.value)
    assert ticket.status == "open"


def test_what_was_typed_is_quoted_without_effect() -> None:
    assert "<" not in unknown("<!channel> " + "x" * 300)
    assert unknown("") == "I do not know “”. `help` lists the commands. To report it as a problem: `report `."


@pytest.mark.parametrize("verb", [kind.verb for kind in FORMS if kind.verb != "take-and-resolve"])
async def test_what_is_missing_is_asked_for_by_the_form_that_there_is(
    desk: Desk, make_ticket: MakeTicket, verb: str
) -> None:
    await make_ticket()
    with pytest.raises(UserError) as problem:
        await run_line(await as_person(desk, "bo"), f"{verb} CH-1")
    assert [(one.action, one.value) for one in problem.value.buttons] == [(f"form:{verb}", "CH-1")]


async def test_bump_and_lower_go_one_step(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(priority="medium")
    bo = await as_person(desk, "bo")
    for line, priority in [
        ("bump CH-1", "high"),
        ("bump CH-1: customers call", "critical"),
        ("bump CH-1", "critical"),
        ("lower CH-1 only the test system", "high"),
        ("lower CH-1 low", "low"),
        ("lower CH-1", "low"),
    ]:
        await run_line(bo, line)
        assert ticket.priority == priority, line
    await run_line(bo, "p0 CH-1")
    with pytest.raises(UserError, match="CH-1 is critical: say why it is less"):
        await run_line(bo, "lower CH-1")
    ticket.priority = None
    with pytest.raises(UserError, match="CH-1 has no priority yet: `priority CH-1 high` gives it one"):
        await run_line(bo, "bump CH-1")
