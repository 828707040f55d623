"""Which words without a mention ask something of the bot: pure, for threads that are followed and for hints."""

import pytest

from agent.channels.aloud import is_problem, needs_model, speaks_of_problem
from agent.channels.unasked import is_addressed, looks_aimed, without_name
from bot.llm.port import WrongAnswerError


@pytest.mark.parametrize(
    ("text", "with_model", "without"),
    [
        ("who has the most open tickets?", True, False),
        ("why does CI fail on #88?", True, False),
        ("could you give CH-4 to somebody good?", True, False),
        ("resolve failed over", True, True),
        ("assign CH-1 to <@U2>", True, True),
        ("the replica is fine", False, False),
        ("it was like that yesterday", False, False),
        ("thanks!", False, False),
        (":eyes:", False, False),
        ("hm", False, False),
    ],
)
def test_what_asks_orders_or_is_a_command_is_heard(text: str, with_model: bool, without: bool) -> None:
    assert is_addressed(text, has_ticket=True, has_model=True) is with_model
    assert is_addressed(text, has_ticket=True, has_model=False) is without


@pytest.mark.parametrize(
    ("text", "is_aimed"),
    [
        ("chargehand, who is on duty?", True),
        ("can chargehand tell us?", True),
        ("hey bot, who is on duty?", True),
        ("resolve failed over", True),
        ("who is on duty?", False),
        ("the bot is slow today", False),
        ("<@U2> ask chargehand", False),
    ],
)
def test_what_looks_as_if_it_were_meant_for_the_bot(text: str, is_aimed: bool) -> None:
    assert looks_aimed(text, has_ticket=True) is is_aimed


def test_the_name_is_left_out_of_what_is_to_be_written() -> None:
    assert without_name("Hey Chargehand, who is on duty?") == "who is on duty?"
    assert without_name("can chargehand tell us?") == "can chargehand tell us?"


@pytest.mark.parametrize(
    ("text", "says", "asks"),
    [
        ("redis is down, nobody can log in", True, False),
        ("thanks!", False, False),
        ("why does CI fail on #88?", False, False),
        ("since noon the shop in Lyon looks odd to visitors", False, True),
    ],
)
def test_words_alone_tell_or_a_model_is_asked(text: str, says: bool, asks: bool) -> None:
    assert (speaks_of_problem(text), needs_model(text)) == (says, asks)


@pytest.mark.parametrize(
    ("answer", "is_sure"),
    [
        ('{"is_problem": true, "confidence": 0.8}', True),
        ('Sure: {"is_problem": true, "confidence": 1}', True),
        ('{"is_problem": true, "confidence": 0.79}', False),
        ('{"is_problem": false, "confidence": 1.0}', False),
    ],
)
def test_only_a_sure_answer_counts(answer: str, is_sure: bool) -> None:
    assert is_problem(answer) is is_sure


@pytest.mark.parametrize("answer", ["yes", '{"is_problem": "true", "confidence": 1}', '{"is_problem": true}'])
def test_an_answer_of_another_form_is_refused(answer: str) -> None:
    with pytest.raises(WrongAnswerError):
        is_problem(answer)
