"""A long answer arrives whole: in pieces that Slack takes, or as its first lines and a file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.parts import LONGEST, lead_of, parts, readable
from bot.messages import Message
from bot.pieces import pieces
from bot.slack.blocks import SECTION, render

LINE = "Line {} has a <https://github.com/a/b/issues/{}|link with words> &amp; more.\n"


def words(text: str) -> str:
    """What is said, without what cutting may add or take."""
    return re.sub(r"[\s`]", "", text)


def prose(characters: int) -> str:
    lines = "".join(f"{LINE.format(n, n)}{'' if n % 7 else chr(10)}" for n in range(characters // 60))
    return lines[:characters].rpartition("\n")[0]


def shown(messages: tuple[Message, ...]) -> list[str]:
    """What stands in the sections that Slack is sent."""
    sent = [render(message) for message in messages]
    return [block["text"]["text"] for one in sent for block in one["blocks"]] or [one["text"] for one in sent]


def code(characters: int) -> str:
    return "Here it is:\n\n```\n" + "    x = 1  # comment\n\n" * (characters // 24) + "```\nThat was it."


@pytest.mark.parametrize("text", [prose(20_000), code(20_000), "word " * 4000, "x" * 20_000, prose(33_000)[:30_000]])
def test_20_000_characters_arrive_in_messages(text: str) -> None:
    sent = parts(text)
    assert sent.file == ""
    assert 2 <= len(sent.messages) <= 3
    assert words("".join(shown(sent.messages))) == words(text)
    for section in shown(sent.messages):
        assert len(section) <= SECTION
        assert section.count("```") % 2 == 0
        assert section.count("<") == section.count(">")
        assert not section.endswith("…")
    assert all(message.text.strip() for message in sent.messages)
    assert all(len(message.text) + len(message.body) <= LONGEST + 10 for message in sent.messages)


def test_200_000_characters_arrive_as_a_file_behind_the_first_lines() -> None:
    text = prose(200_000)
    sent = parts(text)
    assert [message.text.count("\n") for message in sent.messages] == [5]
    assert sent.messages[0].text.startswith("Line 0 has")
    assert sent.messages[0].text.endswith("\n\nThe whole answer follows.")
    assert sent.file.count("words (https://github.com/a/b/issues/7) & more.") == 1
    assert sent.file.count("has a link with words (") == text.count("&amp;")
    many = parts(text, may_upload=False)
    assert many.file == ""
    assert words("".join(shown(many.messages))) == words(text)


def test_three_endless_lines_are_no_lead() -> None:
    sent = parts("\n".join("word " * 20_000 for _ in range(3)))
    assert len(sent.messages[0].text) < 2100


def test_a_file_is_readable() -> None:
    text = "<https://a.example/?b&amp;c|https://a.example/?b&amp;c> <@U1> &lt;b&gt;"
    assert readable(text, {"U1": "bob"}) == "https://a.example/?b&c @bob <b>"


def test_a_short_answer_is_one_message() -> None:
    assert parts("a\nb\nc\nd").messages == (Message(text="a\nb\nc\nd"),)


@pytest.mark.parametrize(
    ("text", "lead", "rest"),
    [
        ("a\nb", "a\nb", ""),
        ("a\n\nb\n\nc\n\nd", "a\n\nb\n\nc", "d"),
        ("a\n```\nb\nc\nd\n```\ne", "a\n```\nb\nc\n```", "```\nd\n```\ne"),
        ("a\n```\nb\nc\n```\ne", "a\n```\nb\nc\n```", "e"),
        ("a\nb\nc\n```\nd\n```", "a\nb\nc", "```\nd\n```"),
    ],
)
def test_the_lead_is_three_lines_that_stand_alone(text: str, lead: str, rest: str) -> None:
    assert lead_of(text) == (lead, rest)


BITS = st.sampled_from(
    ["a", "bc ", " ", "\n", "\n\n", "```\n", "\n```\n", "<https://github.com/x|y z>", "&amp;", "wörd ", "    ", "• "]
)


@given(st.lists(BITS, max_size=200).map("".join), st.integers(60, 300), st.booleans())
def test_cutting_loses_nothing(text: str, most: int, at_blocks: bool) -> None:
    cut = pieces(text, most, at_blocks=at_blocks)
    assert words("".join(cut)) == words(text)
    assert all(len(piece) <= most for piece in cut)
    assert [piece for piece in cut[:-1] if piece.count("```") % 2] == []
    assert [
        piece for piece in cut if piece.count("<") != piece.count(">") or piece.count("&") != piece.count(";")
    ] == []


@given(st.text(max_size=500), st.integers(60, 120))
def test_any_text_can_be_cut(text: str, most: int) -> None:
    assert all(len(piece) <= most for piece in pieces(text, most))
    assert words("".join(pieces(text, most))) == words(text)
