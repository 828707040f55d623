"""What is posted in the end: the model's words between code's own first and last line."""

from agent.guardrails.answer import answer
from agent.guardrails.marks import InSlack
from agent.guardrails.outcome import Because, Outcome
from agent.guardrails.proofs import Proof
from bot.messages import Button, Message

UNDO = Button(label="Undo", action="undo", value="CH-31 2")
LINK = "<https://acme.slack.com/p1|CH-31 Checkout broken on mobile>"
PROOF = Proof(name="R-9", said="CH-31 Checkout broken on mobile", url="https://acme.slack.com/p1", undo=UNDO)


def test_a_change_is_said_by_its_receipt_and_can_be_undone() -> None:
    text = "**[[R-9]]**\n\nSee [the log](https://evil.example), <!channel>."
    sent = answer(
        text, marks=InSlack(), proofs=(PROOF,), outcome=Outcome(changes=1, tokens=3100, usd=0.01), had_write_tools=True
    )
    assert sent.messages == (
        Message(
            text=f"*{LINK}*\n\nSee the log (evil[.]example), ＠channel.",
            notes=("1 change · 3.1k tokens · $0.01",),
            buttons=(UNDO,),
        ),
    )
    assert sent.file == ""


def test_when_nothing_was_changed_that_comes_first_and_last() -> None:
    sent = answer("I closed it.", marks=InSlack(), proofs=(), outcome=Outcome(), had_write_tools=True)
    assert sent.messages[0].text == "*Nothing was changed:* no action was started for this.\n\nI closed it."
    assert sent.messages[0].notes == ("nothing was changed",)


def test_what_cannot_be_proven_leaves_codes_own_lines() -> None:
    sent = answer(
        "", marks=InSlack(), proofs=(), outcome=Outcome(tokens=10), because=Because.UNPROVEN, had_write_tools=False
    )
    assert [message.text.partition(" what")[0] for message in sent.messages] == ["*Nothing was changed:*"]
    sent = answer("", marks=InSlack(), proofs=(PROOF,), outcome=Outcome(changes=1), had_write_tools=True)
    assert sent.messages[0].text == f"• {LINK}"


def test_the_last_of_several_messages_has_notes_and_buttons() -> None:
    sent = answer(
        "A line of words.\n\n" * 1000,
        marks=InSlack(),
        proofs=(PROOF,),
        outcome=Outcome(changes=1),
        had_write_tools=True,
    )
    assert [bool(message.notes) for message in sent.messages] == [False, True]
    assert [message.buttons for message in sent.messages] == [(), (UNDO,)]


def test_an_answer_of_which_nothing_is_left_still_says_something() -> None:
    sent = answer("![x](https://a.example/x.png)", marks=InSlack(), proofs=(), outcome=Outcome(), had_write_tools=False)
    assert sent.messages[0].text.startswith("I have no answer to this.")
