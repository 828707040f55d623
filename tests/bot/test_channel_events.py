"""What Slack says of channels becomes one sort of event; who else comes and goes is none."""

from typing import Any

import pytest

from bot.channel_events import SlackChannel, SlackUsergroup
from bot.slack.channels import read_channel
from bot.slack.parse import parse

BOT = "U0BOT"


def read(**event: Any) -> object:
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    return parse(body, bot_user_id=BOT).event


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ({"type": "channel_rename", "channel": {"id": "C1", "name": "ops"}}, "rename"),
        ({"type": "group_archive", "channel": "C1", "user": "U1"}, "archive"),
        ({"type": "channel_deleted", "channel": "C1"}, "deleted"),
        ({"type": "channel_shared", "channel": "C1", "connected_team_id": "T2"}, "shared"),
        ({"type": "member_joined_channel", "channel": "C1", "user": BOT}, "joined"),
        ({"type": "member_left_channel", "channel": "C1", "user": BOT}, "left"),
        ({"type": "group_left", "channel": "C1"}, "left"),
        ({"type": "message", "subtype": "channel_convert_to_private", "channel": "C1", "user": "U1"}, "private"),
        ({"type": "message", "subtype": "channel_convert_to_public", "channel": "C1", "user": "U1"}, "public"),
    ],
)
def test_what_became_of_a_channel(event: dict[str, Any], change: str) -> None:
    assert read(**event) == SlackChannel(channel_id="C1", change=change)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "channel": "C1", "user": "U1"},
        {"type": "message", "subtype": "channel_join", "channel": "C1", "user": "U1", "text": ""},
        {"type": "channel_archive"},
        {"type": "message", "channel": "C1", "user": "U1", "text": "made this channel *private*", "ts": "1.1"},
    ],
)
def test_what_is_no_news_of_a_channel(event: dict[str, Any]) -> None:
    assert read(**event) is None


def test_a_group_that_changed() -> None:
    assert read(type="subteam_members_changed", subteam_id="S1") == SlackUsergroup(usergroup_id="S1")


@pytest.mark.parametrize(
    ("said", "is_shared"),
    [
        ({}, False),
        ({"is_shared": True, "is_org_shared": True}, False),
        ({"is_shared": True}, True),  # with whom, Slack does not say
        ({"is_ext_shared": True, "is_shared": True, "is_org_shared": True}, True),
        ({"is_pending_ext_shared": True}, True),
    ],
)
def test_what_is_not_known_to_be_shared_at_home_is_shared_with_strangers(said: dict[str, Any], is_shared: bool) -> None:
    assert read_channel({"id": "C1", "name": "ops"} | said).is_shared is is_shared
