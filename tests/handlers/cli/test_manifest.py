"""The manifest keeps every limit that Slack publishes for manifests, and asks for what the bot uses."""

import json
from typing import Any

import pytest
import yaml

from bot.channel_events import FOLLOWED, USERGROUP
from bot.sandbox.slack.world import MANIFEST_SCOPES
from bot.slack.manifest import manifest
from bot.slack.scopes import SCOPES
from tests.handlers.cli.conftest import Run

# Path in the manifest -> shortest and longest text, or fewest and most entries (slackapi/manifest-schema).
LIMITS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.agent_view.agent_description": (1, 300),
    "features.agent_view.suggested_prompts": (1, 4),
    "features.shortcuts": (1, 10),
    "features.shortcuts.*.name": (1, 24),
    "features.shortcuts.*.callback_id": (1, 255),
    "features.shortcuts.*.description": (1, 150),
    "features.slash_commands": (1, 50),
    "features.slash_commands.*.command": (2, 32),
    "features.slash_commands.*.description": (1, 2000),
    "features.slash_commands.*.usage_hint": (1, 1000),
    "oauth_config.scopes.bot": (1, 255),
    "oauth_config.scopes.bot.*": (1, 50),
    "settings.event_subscriptions.bot_events": (1, 100),
    "settings.event_subscriptions.bot_events.*": (1, 50),
}
# The schema refuses keys it does not know.
KNOWN = {
    "": {"display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains", "agent_view"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.agent_view": {"agent_description", "suggested_prompts"},
    "features.agent_view.suggested_prompts.*": {"title", "message"},
    "features.shortcuts.*": {"name", "callback_id", "description", "type"},
    "features.slash_commands.*": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"scopes", "redirect_urls"},
    "oauth_config.scopes": {"bot", "user"},
    "settings.event_subscriptions": {"bot_events", "user_events", "request_url"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
# Event -> a scope without which Slack does not send it.
NEEDS = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_shared": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_unshared": "channels:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_members_changed": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}


def at(path: str) -> list[Any]:
    """Everything in the manifest at a path; `*` is each entry of a list."""
    found: list[Any] = [manifest()]
    for step in path.split(".") if path else ():
        found = [inner for one in found for inner in (one if step == "*" else [one[step]])]
    return found


@pytest.mark.parametrize(("path", "limits"), LIMITS.items(), ids=LIMITS)
def test_it_keeps_slacks_limits(path: str, limits: tuple[int, int]) -> None:
    shortest, longest = limits
    values = at(path)
    assert values
    for value in values:
        assert shortest <= len(value) <= longest


@pytest.mark.parametrize(("path", "known"), KNOWN.items(), ids=KNOWN)
def test_it_has_only_keys_that_slack_knows(path: str, known: set[str]) -> None:
    for part in at(path):
        assert set(part) <= known


def test_socket_mode_is_on_and_nothing_needs_a_url() -> None:
    [settings] = at("settings")
    assert settings["socket_mode_enabled"] is True
    assert settings["token_rotation_enabled"] is False
    assert settings["interactivity"] == {"is_enabled": True}
    assert "http" not in json.dumps(manifest())


def test_a_shortcut_stands_on_a_message_or_alone() -> None:
    assert set(at("features.shortcuts.*.type")) == {"message", "global"}


def test_names_in_commands_arrive_as_ids() -> None:
    assert at("features.slash_commands.*.should_escape") == [True]


def test_each_event_has_its_scope_and_nothing_is_asked_for_twice() -> None:
    [scopes], [events] = at("oauth_config.scopes.bot"), at("settings.event_subscriptions.bot_events")
    assert set(NEEDS.values()) <= set(scopes)
    assert set(events) == {*NEEDS, "app_home_opened"}
    assert len(set(scopes)) == len(scopes)
    assert set(events) >= {*FOLLOWED, USERGROUP}


def test_the_sandbox_grants_what_it_asks_for() -> None:
    assert {scope.name for scope in SCOPES} <= MANIFEST_SCOPES


def test_every_scope_has_a_reason_of_its_own() -> None:
    assert all(scope.why for scope in SCOPES)
    assert len({scope.why for scope in SCOPES}) == len(SCOPES)


def test_yaml_and_json_say_the_same(run: Run) -> None:
    assert yaml.safe_load(run("manifest").out) == json.loads(run("manifest", "--json").out) == manifest()
