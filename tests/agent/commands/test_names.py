"""What Slack sends escaped is kept as people wrote it: names of teams, patterns, reasons, answers."""

from agent.commands.run import run_line
from agent.desk import Desk
from storage import ownership, people, settings_kv
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket


async def admin(desk: Desk) -> Desk:
    (await people.the(desk.tx, "T1", "UBO")).is_admin = True
    await desk.tx.flush()
    return await as_person(desk, "bo")


async def test_a_team_is_kept_by_the_name_that_was_typed(desk: Desk, make_ticket: MakeTicket) -> None:
    bo, ticket = await admin(desk), await make_ticket()
    await run_line(bo, "team create R&amp;D")
    team = await people.team_named(desk.tx, "R&D")
    assert team
    answer = await run_line(bo, "team set R&amp;D capacity 5")
    assert answer.message.text.startswith("*R&amp;D*")
    await run_line(bo, "team member add R&amp;D <@UCY> responder")
    await run_line(bo, "move CH-1 R&amp;D")
    assert ticket.team_id == team.id
    await run_line(bo, "team rename R&amp;D to Q&amp;A")
    assert team.name == "Q&A"
    await run_line(bo, "team delete Q&amp;A to Platform")
    await run_line(bo, "team restore Q&amp;A")
    assert team.deleted_at is None


async def test_so_are_patterns_reasons_and_answers(desk: Desk) -> None:
    bo = await admin(desk)
    await run_line(bo, "team create R&amp;D")
    team = await people.team_named(desk.tx, "R&D")
    assert team
    await run_line(bo, "ownership add keyword Q&amp;A R&amp;D")
    assert [rule.pattern.casefold() for rule in await ownership.every(desk.tx) if rule.team_id == team.id] == ["q&a"]
    await run_line(bo, "team set R&amp;D reasons.resolve Fixed &amp; shipped; Not ours")
    await run_line(bo, "team set R&amp;D answer.resolve Thanks &amp; see {link}")
    kept = [await settings_kv.get(desk.tx, f"team:{team.id}", key) for key in ("reasons.resolve", "answer.resolve")]
    assert kept == ["Fixed & shipped\nNot ours", "Thanks & see {link}"]
