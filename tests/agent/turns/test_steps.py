"""Whether what needs a step is begun after it, by what came of its changes."""

import pytest

from agent.turns.steps import UNKNOWN, in_vain, is_broken
from agent.turns.undone import TRIED
from storage.turns import ToolCall, TurnStep


@pytest.mark.parametrize(
    ("uses", "why"),
    [
        ([], ""),
        (["get_ticket failed"], ""),
        (["assign done"], ""),
        (["assign failed"], TRIED),
        (["assign refused", "get_ticket done"], TRIED),
        (["report_ticket cancelled"], TRIED),
        (["assign failed", "assign done"], ""),
        (["assign proposed"], ""),
        (["assign would"], ""),
        (["assign asked"], ""),
        (["comment_github uncertain"], UNKNOWN),
        (["comment_github uncertain", "assign failed"], UNKNOWN),
    ],
    ids=", ".join,
)
def test_changes_of_which_nothing_came_about_hold_back_what_needs_them(uses: list[str], why: str) -> None:
    assert in_vain([ToolCall(tool=use.split()[0], state=use.split()[1]) for use in uses]) == why


@pytest.mark.parametrize(
    ("state", "why", "broken"),
    [("failed", TRIED, True), ("done", UNKNOWN, True), ("done", "", False), ("queued", "", False)],
)
def test_after_a_crash_it_is_still_known(state: str, why: str, broken: bool) -> None:
    assert is_broken(TurnStep(state=state, why=why)) is broken
