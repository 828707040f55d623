"""Filters of `list` are read as people write them; a sentence is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands.filters import Token, read_filters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", []),
        ("mine overdue", ["mine", "overdue"]),
        ("my tickets", ["mine"]),
        ("In Progress priority:P1", ["in_progress", "priority:P1"]),
        ("team Payments and Billing", ['team:"Payments and Billing"']),
        ('team:"Payments and Billing" sort:age', ['team:"Payments and Billing"', "sort:age"]),
        ("assignee:<@U1|bob b> older:7d", ['assignee:"<@U1|bob b>"', "older:7d"]),
        ('"100% _full_" page:2', ['"100% _full_"', "page:2"]),
        ('“say "hi"” `x y`', ['"say "hi""', '"x y"']),
    ],
)
def test_filters(text: str, said: list[str]) -> None:
    tokens = read_filters(text)
    assert tokens is not None
    assert [token.said for token in tokens] == said


@pytest.mark.parametrize(
    "text", ["of things", "redis", '"unfinished', "older:soon", "sort:size", "page:0", "team:", "colour:red", '""']
)
def test_what_is_no_filter(text: str) -> None:
    assert read_filters(text) is None


@given(st.lists(st.sampled_from(["mine", "team:", '"', "“", "”", "`", "<", ">", ":", " ", "page:1", "x"])).map("".join))
def test_no_text_is_too_odd(text: str) -> None:
    tokens = read_filters(text)
    assert tokens is None or all(isinstance(token, Token) for token in tokens)
