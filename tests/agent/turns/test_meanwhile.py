"""What an asker says while a request runs counts in all later steps; what was rewritten counts no more."""

from typing import Any

import pytest

from agent.turns.meanwhile import that_counts
from storage.turns import Turn


def said(text: str, ts: str, step: int | None = None, *, is_edit: bool = False) -> dict[str, Any]:
    came_in = {} if step is None else {"step": step, "call": 1}
    return {"raw": text, "ts": ts, "is_edit": is_edit} | came_in


GIVE, CAROL = said("give it to bob", "1.0"), said("give it to carol", "1.0", 1, is_edit=True)


@pytest.mark.parametrize(
    ("news", "before", "counts"),
    [
        ([], None, ["give it to bob"]),
        ([said("and tell him", "2.0", 1)], 2, ["give it to bob", "and tell him"]),
        ([said("and tell him", "2.0", 2)], 2, ["give it to bob"]),
        ([said("and tell him", "2.0")], 2, ["give it to bob"]),
        ([said("and tell him", "2.0")], None, ["give it to bob", "and tell him"]),
        ([CAROL], 2, ["give it to carol"]),
        ([CAROL], 1, ["give it to bob"]),
        ([CAROL, said("give it to dave", "1.0", 2, is_edit=True)], None, ["give it to dave"]),
        ([said("and tell bob", "2.0", 1), said("tell ann", "2.0", 1, is_edit=True)], 2, ["give it to bob", "tell ann"]),
        ([{"raw": "dave", "question": "Who?", "step": 1, "call": 2}], 2, ["give it to bob", "dave"]),
        ([said("who is away?", "2.0", 0), said("who is in?", "2.0", is_edit=True)], None, ["give it to bob"]),
    ],
    ids=[
        "nothing", "added", "added later", "not read yet", "not read yet, but said", "rewritten", "rewritten later",
        "rewritten twice", "what was added is rewritten", "answered", "a turn of its own",
    ],
)  # fmt: skip
def test_what_counts(news: list[dict[str, Any]], before: int | None, counts: list[str]) -> None:
    turn = Turn(text=GIVE["raw"], message_ts="1.0")
    assert [one["raw"] for one in that_counts(turn, news, before=before)] == counts
