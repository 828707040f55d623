"""Of all emoji only ✗, 👍 and 👎 are heard, where they may be meant for the agent."""

from typing import Any

import pytest

from bot.reactions import SlackReaction
from bot.slack.reacted import reaction_of

ME = "UBOT"


def event(emoji: str, **changes: Any) -> dict[str, Any]:
    item = {"type": "message", "channel": "C1", "ts": "1.1"}
    given = {"type": "reaction_added", "user": "U1", "reaction": emoji, "item": item, "item_user": ME}
    return given | changes


@pytest.mark.parametrize(
    ("given", "means", "is_gone"),
    [
        (event("x"), "stop", False),
        (event("x", item_user="U2"), "stop", False),
        (event("+1"), "up", False),
        (event("+1::skin-tone-4"), "up", False),
        (event("-1", type="reaction_removed"), "down", True),
    ],
)
def test_what_is_heard(given: dict[str, Any], means: str, is_gone: bool) -> None:
    found = reaction_of(given, ME)
    assert found == SlackReaction(channel_id="C1", user_id="U1", ts="1.1", means=means, is_gone=is_gone)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        event("tada"),
        event("x", user=ME),
        event("x", type="reaction_removed"),
        event("+1", item_user="U2"),
        event("+1", item={"type": "file", "file": "F1"}),
        event("x", type="message"),
        {"type": "reaction_added"},
    ],
    ids=str,
)
def test_what_is_not(given: dict[str, Any]) -> None:
    assert reaction_of(given, ME) is None
