"""A team's own reasons and answer are checked when they are kept, and nothing in an answer is ever run."""

import re

import pytest

from agent.reasons import check_answer, fill_answer, read_reasons
from bot.errors import UserError


@pytest.mark.parametrize("text", ["Moved away; Too  old;;Too old", "Moved away\nToo old\n"])
def test_reasons_are_read_once_each(text: str) -> None:
    assert read_reasons(text) == ("Moved away", "Too old")


def test_none_brings_the_usual_ones_back() -> None:
    assert read_reasons(" ") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("; ".join(f"reason {number}" for number in range(11)), "A team keeps at most 10 reasons; these are 11."),
        ("x" * 61, f"“{'x' * 60}” must have 3 to 60 characters."),
        ("no", "“no” must have 3 to 60 characters."),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UserError, match=re.escape(problem)):
        read_reasons(text)


def test_an_answer_has_five_fields() -> None:
    template = "{ticket} {title} {assignee} {duration} {link}"
    assert check_answer(f" {template} ") == template


@pytest.mark.parametrize("name", ["", "Ticket", "ticket.__class__", "ticket!r", "ticket:>9", "0", "settings"])
def test_any_other_field_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="There is no field"):
        check_answer(f"Done {{{name}}}.")


@pytest.mark.parametrize("template", ["a { b", "a } b", "{{ticket}}"])
def test_a_lonely_brace_is_refused(template: str) -> None:
    with pytest.raises(UserError, match="A brace stands alone"):
        check_answer(template)


def test_an_answer_is_not_a_novel() -> None:
    with pytest.raises(UserError, match="at most 500"):
        check_answer("x" * 501)


def test_values_are_put_in_once_and_pings_come_to_nothing() -> None:
    values = {"ticket": "CH-1", "title": "{link} &lt;b&gt;"}
    filled = fill_answer("<!channel> {ticket}: {title} {link}", values)
    assert filled == "&lt;!channel&gt; CH-1: {link} &lt;b&gt; {link}"
