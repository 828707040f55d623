"""The table of docs/agent.md, cell by cell: what the agent does at once, and what waits for approval."""

from dataclasses import replace

import pytest

from agent.channels.settings import strictest
from agent.kit.policy import MANY, decide
from agent.specialists import TOOLS
from bot.settings.kinds import Approvals

AT_ONCE, WAITS = "direct", "proposal"
OWN = sorted(name for name, tool in TOOLS.items() if tool.risk == "write" and tool.reach != "github")
GITHUB = sorted(name for name, tool in TOOLS.items() if tool.risk == "write" and tool.reach == "github")
ENDING = sorted(name for name, tool in TOOLS.items() if tool.risk == "destructive")

# tools, arguments that nobody said, objects of the turn -> strict, balanced, open
TABLE = [
    (OWN, (), 1, (WAITS, AT_ONCE, AT_ONCE)),
    (OWN, (), MANY, (WAITS, AT_ONCE, AT_ONCE)),
    (OWN, ("ticket",), 1, (WAITS, WAITS, WAITS)),
    (GITHUB, (), 1, (WAITS, WAITS, AT_ONCE)),
    (GITHUB, ("text",), 1, (WAITS, WAITS, WAITS)),
    (ENDING, (), 1, (WAITS, WAITS, WAITS)),
    (ENDING, ("number",), 1, (WAITS, WAITS, WAITS)),
    ([*OWN, *GITHUB], (), MANY + 1, (WAITS, WAITS, WAITS)),
]
CELLS = [
    (name, ungrounded, objects, approvals, verdict)
    for names, ungrounded, objects, verdicts in TABLE
    for name in names
    for approvals, verdict in zip(("strict", "balanced", "open"), verdicts, strict=True)
]


@pytest.mark.parametrize(("name", "ungrounded", "objects", "approvals", "verdict"), CELLS)
def test_each_cell(name: str, ungrounded: tuple[str, ...], objects: int, approvals: Approvals, verdict: str) -> None:
    assert decide(TOOLS[name], ungrounded=ungrounded, objects=objects, approvals=approvals) == verdict


@pytest.mark.parametrize("approvals", ["strict", "balanced", "open"])
@pytest.mark.parametrize("own", ["strict", "balanced", "open"])
def test_a_tool_may_only_be_stricter(own: Approvals, approvals: Approvals) -> None:
    on_github = TOOLS["comment_github"]
    found = decide(replace(on_github, approvals=own), ungrounded=(), objects=1, approvals=approvals)
    assert found == decide(on_github, ungrounded=(), objects=1, approvals=strictest(own, approvals))
    assert (found == AT_ONCE) == (own == approvals == "open")


def test_no_write_is_left_out() -> None:
    assert {*OWN, *GITHUB, *ENDING} == {name for name, tool in TOOLS.items() if not tool.is_read}
    assert "delegate" in ENDING
