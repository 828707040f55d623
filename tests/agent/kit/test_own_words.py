"""What the model writes into a ticket is followed by what its asker said, where it leaves that out."""

import pytest

from agent.kit.own_words import with_own_words


@pytest.mark.parametrize(
    ("said", "behind"),
    [
        (("Redis  is down",), ""),
        (("redis is down, it is db-2",), "\n\nAs it was asked:\n> redis is down, it is db-2"),
        (
            ("please track it\nthe one of ops", "db-2", "db-2"),
            "\n\nAs it was asked:\n> please track it\n> the one of ops\n> db-2",
        ),
        (("redis is down", "just create it", "create anyway"), ""),
    ],
)
def test_a_report_keeps_the_first_text_and_the_answers(said: tuple[str, ...], behind: str) -> None:
    line = "report redis is down"
    assert with_own_words(line, tool="report_ticket", said=said) == line + behind
    assert with_own_words("comment CH-1 it", tool="comment_ticket", said=said) == "comment CH-1 it"
