"""Tokens are guessed from bytes, better with each answer, and a long text keeps its beginning and its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.memory.budget import START, Counts, corrected, estimated, head_and_tail, is_close, room
from bot.llm.port import Ask, user


def test_a_text_is_counted_once() -> None:
    counted: list[str] = []

    def slow(text: str) -> int:
        counted.append(text)
        return len(text)

    count = Counts(slow)
    assert [count("one"), count("three"), count("one")] == [3, 5, 3]
    assert counted == ["one", "three"]


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abc", 2), ("a" * 300, 110), ("日本語", 4), ("👍" * 30, 66)])
def test_three_bytes_are_a_token_and_a_tenth_more(text: str, tokens: int) -> None:
    assert estimated()(text) == tokens


def test_what_is_learned_of_english_is_not_taken_for_other_scripts() -> None:
    count = estimated(0.75)
    assert [count("a" * 300), count("日" * 100), count("👍" * 30)] == [75, 110, 66]
    assert estimated(2.2)("日" * 100) == 220


def test_what_a_model_reports_corrects_its_factor() -> None:
    ask = Ask(system="x" * 3000, messages=(user("y" * 3000),), max_tokens=10)
    factor = START
    for _ in range(40):
        factor = corrected(factor, ask, used=1500)
    assert factor == pytest.approx(0.75, abs=0.01)
    assert estimated(factor)("z" * 6000) == pytest.approx(1500, rel=0.01)
    assert corrected(factor, ask, used=100) == factor, "too short to learn from"
    assert corrected(factor, ask, used=10_000_000) == 4.0


@pytest.mark.parametrize(("window", "left"), [(None, 16_000), (200_000, 16_000), (8_192, 7_168), (500, -524)])
def test_a_question_leaves_room_for_its_answer(window: int | None, left: int) -> None:
    assert room(16_000, window=window, max_output=1024) == left


def test_near_the_limit_it_is_worth_to_ask() -> None:
    assert [is_close(tokens, 1000) for tokens in (849, 850, 1200)] == [False, True, True]


@given(text=st.text(max_size=400), limit=st.integers(0, 200), factor=st.floats(0.5, 4))
def test_head_and_tail_fit_and_say_what_is_missing(text: str, limit: int, factor: float) -> None:
    count = estimated(factor)
    kept = head_and_tail(text, limit=limit, count=count)
    assert count(kept) <= limit
    if kept not in {text, ""}:
        head, _, rest = kept.partition("\n[… ")
        tail = rest.partition(" …]\n")[2]
        assert text.startswith(head)
        assert text.endswith(tail)
        assert f"{len(text) - len(head) - len(tail):,} characters" in rest
