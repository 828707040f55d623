"""Whatever is merged, told apart, opened again and undone, no ticket ever comes to be a duplicate of itself."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.commands.run import run_line
from agent.desk import Desk
from bot.errors import UserError
from storage.tickets import Ticket
from tests.agent.commands.test_run import as_person
from tests.agent.conftest import MakeTicket

DEEDS = ("dup {0} of {1}", "unmerge {0}", "undo {0}", "reopen {0} down again")
SAME = [("dup {0} of {1}", 0, 1), ("unmerge {0}", 0, 1), ("dup {0} of {1}", 1, 0), ("undo {0}", 0, 1)]
Deed = tuple[str, int, int]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(0, 3)), max_size=15))
async def test_no_way_leads_in_a_circle(desk: Desk, make_ticket: MakeTicket, deeds: list[Deed]) -> None:
    bo, known = await as_person(desk, "bo"), [await make_ticket() for _ in range(4)]
    for number, (deed, one, other) in enumerate([*SAME, *deeds]):
        before = [ticket.duplicate_of for ticket in known]
        try:
            await run_line(
                replace(bo, key=f"{known[0].name}:{number}"), deed.format(known[one].name, known[other].name)
            )
        except UserError:
            assert [ticket.duplicate_of for ticket in known] == before
        for ticket in known:
            assert_leads_out(ticket, {one.id: one for one in known})


def assert_leads_out(ticket: Ticket, known: dict[int, Ticket]) -> None:
    """Step by step, so that a circle fails instead of hanging; what is open is nobody's duplicate."""
    seen = set()
    assert ticket.duplicate_of is None or ticket.status == "closed"
    while ticket.duplicate_of:
        assert ticket.id not in seen
        seen.add(ticket.id)
        ticket = known[ticket.duplicate_of]
