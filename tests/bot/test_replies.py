"""A person's reply to others in a channel's thread is told from all else; files are named with their sizes."""

from typing import Any

import pytest

from bot.replies import SlackReply
from bot.slack.parse import parse
from bot.slack.replies import reply_of
from bot.slack.shared import files_of

ME = "U0BOT"
SAID = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "2.1", "thread_ts": "1.1"}


def read(**fields: Any) -> Any:
    """What an event is as a reply, if it is one."""
    given = SAID | {"text": "looking"} | fields
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": given}
    return reply_of(body, parse(body, bot_user_id=ME), bot_user_id=ME)


def test_a_reply_claims_its_message_and_keeps_its_threads_order() -> None:
    found = read()
    assert found.event == SlackReply(channel_id="C1", user_id="U1", ts="2.1", thread_ts="1.1", text="looking")
    assert (found.kind, found.claim, found.order) == ("reply", "message:C1:2.1", "thread:C1:1.1")


@pytest.mark.parametrize("root", [None, "2.1"])
def test_what_begins_a_thread_is_not_claimed_as_said_to_the_bot(root: str | None) -> None:
    found = read(thread_ts=root)
    assert found.event.is_top_level
    assert (found.claim, found.order) == ("aloud:C1:2.1", "thread:C1:2.1")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": f"<@{ME}> looking"},
        {"text": "  "},
        {"user": ME},
        {"user": None},
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"hidden": True},
        {"channel_type": "im", "channel": "D1"},
        {"type": "user_change", "user": {"id": "U1"}},
        {"type": "reaction_added", "item": {"ts": "1.1"}},
    ],
)
def test_what_is_none(fields: dict[str, Any]) -> None:
    assert read(**fields) is None


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ({"name": "a.png", "size": 1234, "permalink": "https://x/a"}, "<https://x/a|a.png> (1.2 kB)"),
        ({"name": "a|b\n<c>", "size": 0, "url_private": "https://x/a"}, "<https://x/a|a b &lt;c&gt;> (0 B)"),
        ({"name": "db.dump", "size": 3_400_000_000, "permalink": "https://x/a"}, "<https://x/a|db.dump> (3.4 GB)"),
        ({"name": "a.png", "size": 1}, ""),
        ({"name": "a.png", "permalink": "https://x/a>|<!channel>"}, ""),
        ({"name": "a.png", "permalink": "javascript:alert(1)"}, ""),
        ("tombstone", ""),
    ],
)
def test_a_file_is_a_link_with_name_and_size(file: Any, named: str) -> None:
    assert files_of({"files": [file]}) == named
