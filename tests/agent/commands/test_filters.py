"""Filters of `list` are read as people write them; a sentence is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands.filters import Token, read_filters, with_words
from agent.commands.grammar import parse
from agent.commands.registry import VERBS


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


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("redis", '"redis"'),
        ("mine redis down sort:age", 'mine "redis" "down" sort:age'),
        ("100%_ in progress", '"100%_" in_progress'),
        ("team Platform", "team Platform"),
        ("sort:up", "sort:up"),
        ("<@U1>", "<@U1>"),
    ],
)
def test_after_the_slash_command_bare_words_are_looked_for(typed: str, line: str) -> None:
    assert with_words(typed) == line
    after_the_slash, in_a_message = (parse(f"list {typed}", VERBS, is_message=said) for said in (False, True))
    assert after_the_slash
    assert in_a_message
    assert after_the_slash.problem or after_the_slash.text == line
    assert in_a_message.problem or typed == line
