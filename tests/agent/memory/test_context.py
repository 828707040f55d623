"""What a model is told fits its budget whatever is counted how, and what has the better right is in it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.memory.budget import START, Counts, estimated
from agent.memory.context import NOTES, Context, Material, NoRoomError, assemble
from bot.sandbox.llm import tokens

WORDS = st.text(min_size=1, max_size=120)
LISTS = st.lists(WORDS, max_size=8)
COUNTS: dict[str, Callable[[str], int]] = {
    "estimate": estimated(),
    "three times as many": estimated(3.3),
    "a character each": len,
    "a word each": lambda text: len(text.split()),
    "more for the whole than for its parts": lambda text: int(len(text) ** 1.05),
}
MATERIAL = Material(
    rules="rules",
    tools="tools",
    preferences="be brief",
    asked="why does it fail?",
    phase="phase: review",
    snapshot=("ticket", "issue"),
    follow_ups=("and then?",),
    thread=tuple(f"message {number}" for number in range(50)),
    summary="ann: it began on Monday",
    elsewhere=("asked before",),
)


@given(
    asked=st.text(min_size=1, max_size=2000),
    pieces=st.tuples(WORDS, WORDS, LISTS, LISTS, LISTS, LISTS),
    limit=st.integers(200, 3000),
    counting=st.sampled_from(sorted(COUNTS)),
)
def test_the_budget_is_never_exceeded_and_the_newest_is_kept(
    asked: str, pieces: tuple[str, str, list[str], list[str], list[str], list[str]], limit: int, counting: str
) -> None:
    count = COUNTS[counting]
    phase, summary, snapshot, follow_ups, thread, elsewhere = pieces
    material = Material(
        rules="the rules",
        asked=asked,
        phase=phase,
        summary=summary,
        snapshot=snapshot,
        follow_ups=follow_ups,
        thread=[f"<{number}>{text}" for number, text in enumerate(thread)],
        elsewhere=elsewhere,
    )
    try:
        context = assemble(material, limit=limit, count=count)
    except NoRoomError:
        assert count("the rules") + NOTES + count("\n[… 1,000 characters are left out here …]\n") > limit
        return
    assert count(context.system) + count(context.text) <= limit
    assert context.tokens <= limit
    kept = [text in context.text for text in material.thread]
    assert kept == sorted(kept), "of the thread the newest are there, and none of them is missing between"
    assert ("older message" in " ".join(context.left_out)) == (not all(kept))
    if asked not in context.text:
        assert "the middle of the request" in context.left_out


PIECES = st.lists(
    st.sampled_from(["error at line 7 ", "日本語のログ", "größer", "👍🏽🎉", "مرحبا ", "\n\n", "x" * 90]), max_size=40
).map("".join)


@given(
    asked=PIECES.filter(bool),
    thread=st.lists(PIECES, max_size=30),
    snapshot=st.lists(PIECES, max_size=3),
    limit=st.integers(400, 2500),
    factor=st.sampled_from([0.75, START, 2.5]),
)
def test_the_budget_holds_by_the_count_of_who_is_asked(
    asked: str, thread: list[str], snapshot: list[str], limit: int, factor: float
) -> None:
    material = Material(rules="the rules", tools="the tools", asked=asked, thread=thread, snapshot=snapshot)
    context = assemble(material, limit=limit, count=Counts(estimated(factor)))
    assert tokens.count("\n".join([context.system, "the tools", context.text])) <= limit
    kept = [number for number, text in enumerate(thread) if text and text in context.text]
    if "older" not in " ".join(context.left_out):
        assert kept == [number for number, text in enumerate(thread) if text]


def told(limit: int) -> Context:
    return assemble(MATERIAL, limit=limit, count=lambda text: len(text.split()))


def test_all_of_it_has_a_fixed_order_with_what_stays_first() -> None:
    context = told(1000)
    assert context.left_out == ()
    assert context.text.startswith(context.stable)
    assert context.stable == "be brief\n\nann: it began on Monday"
    lines = context.text.split("\n\n")
    assert lines[2:5] == ["asked before", "message 0", "message 1"]
    assert lines[-5:] == ["ticket", "issue", "phase: review", "why does it fail?", "and then?"]


def test_rights_decide_what_is_left_out_and_it_is_said() -> None:
    context = told(NOTES + 1 + 1 + 4 + 30)
    assert "message 49" in context.text
    assert "message 0" not in context.text
    assert context.left_out[-1] == "the summary of the thread"
    assert f"[Left out for want of room: {'; '.join(context.left_out)}.]" in context.text
    assert {"ticket", "issue", "phase: review", "and then?"} <= set(context.text.split("\n\n"))


def test_a_long_request_keeps_its_beginning_and_its_end() -> None:
    asked = "begin " + "x" * 40_000 + " end"
    context = assemble(Material(rules="r", asked=asked), limit=16_000, count=estimated())
    assert context.text.startswith("[Left out for want of room: the middle of the request.]\n\nbegin xxx")
    assert context.text.endswith("xxx end")
    assert estimated()(context.text) <= 4_000 + NOTES
    assert context.left_out == ("the middle of the request",)


def test_rules_that_leave_no_room_are_an_error() -> None:
    with pytest.raises(NoRoomError, match="leave 0 of 100 tokens"):
        assemble(Material(rules="r" * 3000, asked="why?"), limit=100, count=estimated())
