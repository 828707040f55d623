"""What a question gets without a model: whether it is one for sure, and which commands come near."""

import pytest

from agent.turns.hearing.manner import asks_surely
from agent.turns.nearest import commands_near


@pytest.mark.parametrize(
    ("text", "is_sure"),
    [
        ("who has the most open tickets", True),
        ("redis is slow, why is that", True),
        ("wie lange dauert redis noch?", True),
        ("redis is down？", True),
        ("list of topics is empty", False),
        ("the page shows what nobody asked for", False),
    ],
)
def test_what_asks_for_sure(text: str, is_sure: bool) -> None:
    assert asks_surely(text) is is_sure


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("how do I reasign it?", ["assign"]),
        ("can it snooze, escalate, resolve or close?", ["snooze", "escalate", "resolve"]),
        ("where is the coffee?", []),
    ],
)
def test_which_commands_come_near(text: str, names: list[str]) -> None:
    assert [verb.name for verb in commands_near(text)] == names
