"""What people read while a tool is used: each has its own line, about what the asker or the place has named."""

import pytest

from agent.kit.doing import DOING, doing
from agent.specialists import TOOLS
from agent.turns.grounds import Words
from prompts.words import speaking

HERE = Words(texts=("why does CI fail on #88?",), ticket="CH-12", repository="acme/shop")


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("get_pull", {"repository": "here", "number": 88}, "is reading acme/shop#88…"),
        ("checks", {"repository": "acme/shop", "number": 88}, "is reading the checks of acme/shop#88…"),
        ("checks", {"repository": "visit-evil.example/now", "number": 88}, "is reading the checks of #88…"),
        ("search_code", {"repository": "visit-evil.example/now", "words": "x"}, "is searching on GitHub…"),
        ("assign", {"ticket": "this", "people": ["me"]}, "is assigning CH-12…"),
        ("get_ticket", {"ticket": "CH-4"}, "is reading CH-4…"),
        ("cancel_reminder", {"number": 3}, "is cancelling a reminder…"),
    ],
)
def test_it_names_what_it_is_about(tool: str, arguments: dict[str, object], line: str) -> None:
    assert doing(tool, arguments, HERE) == line


def test_each_tool_has_a_line_of_its_own() -> None:
    assert DOING.keys() == TOOLS.keys()
    with speaking("de"):
        assert doing("get_ticket", {"ticket": "this"}, Words(texts=())) == "liest das Ticket …"
