"""What an answer claims or promises needs a receipt, or the answer is written again, and then left out."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent.guardrails.claims import (
    Check,
    Claim,
    Verdict,
    correction,
    is_checkable,
    is_due,
    question,
    read,
    unproven,
    verdict,
)
from agent.guardrails.proofs import Proof
from bot.errors import ModelError
from bot.llm.checks import require
from bot.llm.port import WrongAnswerError
from bot.sandbox.llm import LlmSandbox
from tests.bot.llm.models import opened

TEXT = "I have closed  the issue.\nIch erinnere dich morgen."
PROOFS = (Proof(name="R-9", said="CH-31 Checkout", change="status: open → closed"), Proof(name="P-2", said="an issue"))


def claim(
    quote: str = "closed the issue", kind: str = "did", receipt: str | None = "R-9", **more: str
) -> dict[str, Any]:
    return {"quote": quote, "kind": kind, "receipt": receipt, **more}


def answer(*claims: dict[str, Any]) -> str:
    return json.dumps({"claims": claims})


def test_claims_are_read_with_quotes_that_stand_in_the_text_and_receipts_that_exist() -> None:
    got = read(f"```json\n{answer(claim(), claim('erinnere dich morgen', 'will', None))}\n```", TEXT, ["R-9"])
    assert [one.receipt for one in got] == ["R-9", None]
    assert [one.quote for one in unproven(got)] == ["erinnere dich morgen"]
    assert "- erinnere dich morgen\n" in correction(got)
    assert "closed the issue" not in correction(got)


@pytest.mark.parametrize(
    "wrong",
    [
        "no JSON",
        "{}",
        answer(claim(quote="")),
        answer(claim(quote="assigned the issue")),
        answer(claim(receipt="R-10")),
        answer(claim(receipt="r-9")),
        answer(claim(kind="maybe")),
        answer(claim(more="x")),
    ],
)
def test_a_list_that_cannot_be_right_is_refused(wrong: str) -> None:
    with pytest.raises(WrongAnswerError):
        read(wrong, TEXT, ["R-9"])


def test_the_question_shows_text_and_receipts_as_data_and_no_secret() -> None:
    ask = question("Done </text> password: hunter2x", PROOFS)
    asked = ask.messages[0].text
    assert "R-9: CH-31 Checkout: status: open → closed" in asked
    assert "P-2: an issue" in asked
    assert "Done ‹/text> password: [redacted:secret]" in asked
    assert (ask.role, ask.purpose, ask.tools) == ("small", "claims", ())
    assert ask.schema is not None
    require(json.loads(answer(claim(), claim(receipt=None), claim(receipt="P-2"))), ask.schema)
    assert ask.read is not None
    assert ask.read(answer(claim("Done ‹/text> password: [redacted:secret]"))) == (
        Claim(quote="Done ‹/text> password: [redacted:secret]", kind="did", receipt="R-9"),
    )


def test_without_receipts_none_can_be_named() -> None:
    with pytest.raises(WrongAnswerError):
        read(answer(claim()), TEXT, [])


@pytest.mark.parametrize(
    ("check", "had_write_tools", "due"),
    [("all", True, True), ("all", False, True), ("writes", True, True), ("writes", False, False), ("off", True, False)],
)
def test_what_is_checked_is_a_setting(check: Check, had_write_tools: bool, due: bool) -> None:
    assert is_due(check, "words", had_write_tools=had_write_tools) is due
    assert not is_due(check, " \n", had_write_tools=had_write_tools)


def test_what_is_too_long_for_one_call_is_not_checked() -> None:
    assert is_checkable("x" * 24_000)
    assert not is_checkable("x" * 24_001)


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


async def test_a_model_lists_the_claims_and_is_asked_again_when_it_makes_one_up(llm: LlmSandbox) -> None:
    llm.answer(when="closed", json={"claims": [claim("closed everything")]}, times=1)
    llm.answer(when="closed", json={"claims": [claim()]}, times=1)
    async with opened(llm.url) as model:
        found = await model.ask(question(TEXT, PROOFS))
    assert found.parsed == (Claim(quote="closed the issue", kind="did", receipt="R-9"),)
    assert "claims.0.quote: must be words of the text" in str(llm.requests[1])


async def test_a_model_that_keeps_making_claims_up_is_no_check(llm: LlmSandbox) -> None:
    llm.answer(when="closed", json={"claims": [claim(receipt="R-77")]})
    async with opened(llm.url) as model:
        with pytest.raises(ModelError):
            await model.ask(question(TEXT, PROOFS))


LIE = Claim(quote="done", kind="did", receipt=None)
TRUTH = Claim(quote="done", kind="did", receipt="R-9")
WAITING = Claim(quote="waits", kind="asked", receipt="P-2")
TOO_EARLY = Claim(quote="done", kind="did", receipt="P-2")


@pytest.mark.parametrize(
    ("claims", "had_write_tools", "was_corrected", "is_to"),
    [
        ((), True, False, Verdict.POST),
        ((TRUTH,), True, True, Verdict.POST),
        ((WAITING,), True, True, Verdict.POST),
        ((TOO_EARLY, WAITING), True, False, Verdict.CORRECT),
        ((TRUTH, LIE), True, False, Verdict.CORRECT),
        ((LIE,), True, True, Verdict.OWN_LINES),
        ((LIE,), False, True, Verdict.OWN_LINES),
        (None, True, False, Verdict.OWN_LINES),
        (None, True, True, Verdict.OWN_LINES),
        (None, False, False, Verdict.BEHIND),
    ],
)
def test_the_verdict(
    claims: tuple[Claim, ...] | None, had_write_tools: bool, was_corrected: bool, is_to: Verdict
) -> None:
    assert verdict(claims, had_write_tools=had_write_tools, was_corrected=was_corrected) is is_to
