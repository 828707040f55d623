"""Receipts are rendered by code where a model placed them, and the last line says what came of it all."""

import pytest

from agent.guardrails.marks import InSlack
from agent.guardrails.outcome import Because, Outcome, first_line, last_line
from agent.guardrails.outgoing import for_slack
from agent.guardrails.proofs import Proof, as_known, lined, placed, undo_buttons
from agent.guardrails.references import unknown
from bot.messages import Button
from prompts.words import phrase, speaking

BUTTON = Button(label="Undo", action="undo", value="CH-31 2")
NEW = Proof(name="R-9", said="CH-31 Checkout <broken>", url="https://s.example/p1", undo=BUTTON)
GIVEN = Proof(name="R-10", said="CH-31", change=phrase("claimed by {who}", who="bob"))
LINK = "<https://s.example/p1|CH-31 Checkout &lt;broken&gt;>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is [[R-9]]; bob has it: [[ r-10 ]].", f"It is {LINK}; bob has it: CH-31 – claimed by bob."),
        ("[[R-9]] and again [[R-9|the ticket]]", f"{LINK} and again {LINK}\n\n• CH-31 – claimed by bob"),
        ("Hello.", f"Hello.\n\n• {LINK}\n• CH-31 – claimed by bob"),
        ("", f"• {LINK}\n• CH-31 – claimed by bob"),
        (
            "a\n• [[R-99]]\nb [[R-98]]\n\n[[R-1]]\n\nc [[ -f x ]]",
            f"a\nb \n\nc [[ -f x ]]\n\n• {LINK}\n• CH-31 – claimed by bob",
        ),
        ("[[P-9]] [[R-10]] [[R-9]]", f"[[P-9]] CH-31 – claimed by bob {LINK}"),
    ],
)
def test_receipts_stand_where_they_were_placed_or_at_the_end(text: str, said: str) -> None:
    assert placed(text, (NEW, GIVEN)) == said


def test_a_receipt_survives_the_way_to_slack_and_is_said_in_the_readers_language() -> None:
    with speaking("de"):
        assert (
            placed(for_slack("**[[R-10]]**\n\n- [[R-11]]\n- x", InSlack()), (GIVEN,))
            == "*CH-31 – übernommen von bob*\n\n• x"
        )
    assert lined([GIVEN], render=lambda proof: proof.name) == "• R-10"


def test_what_receipts_name_is_known_and_can_be_undone() -> None:
    assert unknown("R-9, CH-31: https://s.example/p1", as_known([NEW])) == []
    assert undo_buttons([NEW, GIVEN]) == (BUTTON,)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(changes=2, tokens=3140, usd=0.0123), "2 changes · 3.1k tokens · $0.01"),
        (Outcome(changes=1, is_waiting=True, tokens=900), "1 change · waiting for approval · 900 tokens"),
        (Outcome(is_waiting=True), "waiting for approval"),
        (Outcome(tokens=10, usd=0.0001), "nothing was changed · 10 tokens · &lt;$0.01"),
        (Outcome(tokens=10, usd=0.0), "nothing was changed · 10 tokens · $0.00"),
        (Outcome(is_by_rules=True, usd=0.0), "nothing was changed · no model used"),
        (
            Outcome(changes=1, tokens=1, second_choice="local", notes=("cut",)),
            "1 change · 1 tokens · answered by local, since the first model did not · cut",
        ),
    ],
)
def test_the_last_line(outcome: Outcome, said: str) -> None:
    assert last_line(outcome) == said


def test_the_last_line_in_german() -> None:
    with speaking("de"):
        assert last_line(Outcome(tokens=3140, usd=0.0123)) == "nichts wurde geändert · 3.1k Token · $0.01"


@pytest.mark.parametrize(
    ("outcome", "because", "had_write_tools", "start"),
    [
        (Outcome(), None, True, "*Nothing was changed:* no action"),
        (Outcome(is_waiting=True), None, True, "*Nothing was changed yet:* it waits"),
        (Outcome(), Because.REFUSED, True, "*Nothing was changed:* it is not allowed"),
        (Outcome(changes=1), Because.FAILED, True, ""),
        (Outcome(), Because.NO_CALL, False, ""),
        (Outcome(), Because.UNPROVEN, False, "*Nothing was changed:* what the model said"),
        (Outcome(), Because.UNCHECKED, False, "*Nothing was changed.* What follows"),
    ],
)
def test_the_first_line_says_that_nothing_was_changed(
    outcome: Outcome, because: Because | None, had_write_tools: bool, start: str
) -> None:
    said = first_line(outcome, because, had_write_tools=had_write_tools)
    assert said.startswith(start)
    assert bool(said) is bool(start)
