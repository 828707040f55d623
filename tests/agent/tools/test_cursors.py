"""Whatever a look leaves out can be looked at next: its result says how it goes on."""

from agent.desk import Desk
from agent.memory.budget import MOST_RESULT, estimated
from agent.specialists import TOOLS
from storage.comments import Comment
from tests.agent.conftest import NOW, MakeTicket
from tests.agent.tools.test_private import found, scope

# What they find is short, or ends itself: one person, the best of each, what was searched for more closely.
SHORT = {"similar_tickets", "find_people", "list_reminders", "explain", "search_diff", "suggest_reviewers"}
SHORT |= {"preview_status"}
BY_FILTER = {"list_tickets"}  # a page is one of its filters


def test_what_may_be_long_takes_where_to_go_on() -> None:
    reads = {tool.name: tool.schema["properties"] for tool in TOOLS.values() if tool.is_read}
    without = {name for name, known in reads.items() if not any(one.startswith("from_") for one in known)}
    assert without == SHORT | BY_FILTER


async def test_a_ticket_is_read_to_its_end_the_newest_comments_first(desk: Desk, make_ticket: MakeTicket) -> None:
    words = [f"word{number}" for number in range(900)]
    ticket = await make_ticket(description=" ".join(words))
    about = {"workspace_id": "T1", "ticket_id": ticket.id, "author_id": 2, "source": "slack", "created_at": NOW}
    said = [Comment(text=f"comment {number}\nand {'x' * 300}", **about) for number in range(30)]
    desk.tx.add_all([*said, Comment(text="taken back", deleted_at=NOW, **about)])
    await desk.tx.flush()
    seen: list[str] = []
    start = 1
    while start:
        told = await found(TOOLS["get_ticket"], scope(desk, "C1"), {"ticket": ticket.name, "from_line": start})
        assert estimated()(told) <= MOST_RESULT
        assert told.startswith("*CH-1  Redis is down*"), "each part says of what it is"
        *lines, last = told.splitlines()
        is_cut = last.startswith("[cut here: it goes on from line ")
        start = int(last.split()[7]) if is_cut else 0
        seen += lines if is_cut else [*lines, last]
    text = "\n".join(seen)
    assert all(word in text.split() for word in words)
    assert [text.index(f"• comment {number}\n") for number in range(30)] == sorted(
        (text.index(f"• comment {number}\n") for number in range(30)), reverse=True
    )
    assert "taken back" not in text


async def test_a_list_of_tickets_goes_on_by_page(desk: Desk, make_ticket: MakeTicket) -> None:
    for _ in range(12):
        await make_ticket()
    told = await found(TOOLS["list_tickets"], scope(desk, "C1"), {"filters": "open"})
    assert told.splitlines()[-1] == "[cut here: it goes on with page:2 in the filters]"
    rest = await found(TOOLS["list_tickets"], scope(desk, "C1"), {"filters": "open page:2"})
    assert len(rest.splitlines()) == 3
    assert "cut here" not in rest
