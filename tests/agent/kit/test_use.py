"""What a tool has found is kept in a size that a model can be told, whatever there is of it."""

import time

import pytest

from agent.kit.use import DONE, LONGEST_RESULT, LONGEST_SECRET, Use, told
from agent.memory.budget import MOST_RESULT, estimated
from agent.turns.grounds import Words
from bot.llm.port import Call
from storage.turns import Turn
from tests.agent.conftest import NOW

MEGABYTE = 1_000_000
SECRET = "ghp_" + "a1" * 18


def use(call: Call) -> Use:
    turn = Turn(id=1, workspace_id="T1", fence="0123456789ab")
    return Use(turn=turn, step=1, model_call=1, call=call, words=Words(texts=()), thread_ticket=None)


@pytest.mark.parametrize("piece", ["error at line 7 of the log\n", "x", "🔥", "key=", "a.b@"], ids=repr)
def test_a_result_of_a_megabyte_is_cut_in_no_time(piece: str) -> None:
    found = (f"{SECRET} {piece * (MEGABYTE // len(piece))}")[:MEGABYTE]
    began = time.process_time()
    row = use(Call(id="1", name="read_ci_log", arguments={})).row(DONE, found, at=NOW)
    assert time.process_time() - began < 0.3
    assert len(row.result) < LONGEST_RESULT + 60
    assert SECRET not in row.result
    assert row.result.endswith(" more characters left out]")


@pytest.mark.parametrize("at", [LONGEST_RESULT - 10, LONGEST_RESULT + 2 * LONGEST_SECRET - 10, 100])
def test_a_secret_that_lies_on_a_cut_is_not_told_in_part(at: int) -> None:
    for end in ("", "y " * MEGABYTE):
        found = "x " * (at // 2) + SECRET + end
        assert "ghp_" not in told(found)
    hidden = "-----BEGIN PRIVATE KEY-----\n" + "A" * 8000 + "\n-----END PRIVATE KEY-----\n"
    assert "ghp_" not in told(hidden + "x " * ((at + 6000) // 2) + SECRET + "z " * MEGABYTE)


def test_what_is_short_enough_is_told_whole() -> None:
    ascii_ones = 5_454  # of 2,000 tokens
    assert told("x" * ascii_ones) == "x" * ascii_ones
    assert told("x" * (ascii_ones + 9)).endswith("more characters left out]")


@pytest.mark.parametrize("piece", ["x", "é", "数", "🔥", "a line of a log\n"])
def test_a_result_is_limited_in_tokens_whatever_it_is_written_in(piece: str) -> None:
    assert MOST_RESULT - 40 < estimated()(told(piece * 10_000)) <= MOST_RESULT
