"""Teams of a CODEOWNERS file that are linked in a circle are followed one step, and end in one rule or one reason."""

from dataclasses import replace

from agent.desk import Desk
from agent.ownership.edit import import_codeowners
from storage import ownership
from storage.group_links import GroupLink

REASON = "it is not linked: `group link {} TEAM` does it"


async def test_a_circle_of_links_ends(desk: Desk) -> None:
    admin = replace(desk, actor=replace(desk.asker, is_admin=True))
    links = (
        {"source": "acme/a", "usergroup_id": "S1", "here": ["acme/b"], "there": ["acme/b"]},
        {"source": "acme/b", "usergroup_id": "S1", "here": ["acme/a"], "there": ["acme/a"]},
        {"source": "S1", "usergroup_id": "S1", "here": ["S1"], "there": ["S1"]},
        {"source": "acme/c", "team_id": 1},
    )
    for link in links:
        desk.tx.add(GroupLink(workspace_id="T1", name=str(link["source"]), created_at=desk.now, **link))
    await desk.tx.flush()
    content = b"/a/ @acme/a\n/b/ @acme/b @acme/a\n/c/ @acme/c @acme/a\n"
    done = await import_codeowners(admin, content, repository="acme/shop")
    assert done.rules == 3
    assert done.unknown == {f"@acme/{name}": REASON.format(f"acme/{name}") for name in "ab"}
    assert [(rule.pattern, rule.team_id) for rule in await ownership.every(desk.tx)] == [
        ("/a/", None),
        ("/b/", None),
        ("/c/", 1),
    ]
