"""A thread is told in everyday words what somebody wrote, or in their own."""

import pytest

from agent.narration.gist import LONGEST, read_gist
from bot.llm.port import WrongAnswerError


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("They ask for a higher retry limit.\nBefore Friday.", ""),
        ("The shop is slow since the pod was restarted.", "“pod”: say it in everyday words"),
        ("Sie brauchen den Stack Trace.", "“Stack Trace”"),
        ("Es fehlt eine Umgebungsvariable.", "“Umgebungsvariable”"),
        ("Everybody in the podcast likes it.", ""),  # a part of a word is none
        ("", "one or two plain sentences"),
        ("x" * (LONGEST + 1), "one or two plain sentences"),
    ],
)
def test_a_sentence_is_short_and_everybody_understands_it(said: str, wrong: str) -> None:
    if not wrong:
        assert read_gist(said) == " ".join(said.split())
        return
    with pytest.raises(WrongAnswerError, match=wrong):
        read_gist(said)
