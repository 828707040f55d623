"""The Slack app as Slack's "create from manifest" takes it: Socket Mode, no URLs, no token rotation."""

from typing import Any

from bot.shortcuts import SHORTCUTS
from bot.slack.scopes import SCOPES

EVENTS = (
    "app_home_opened", "app_mention", "channel_archive", "channel_deleted", "channel_left", "channel_rename",
    "channel_shared", "channel_unarchive", "channel_unshared", "group_archive", "group_deleted", "group_left",
    "group_rename", "group_unarchive", "member_joined_channel", "member_left_channel", "message.channels",
    "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed", "subteam_members_changed",
    "team_join", "user_change",
)  # fmt: skip
DESCRIPTION = "Turns what is reported in Slack into tickets that somebody owns."
LONG_DESCRIPTION = (
    "Mention Chargehand with what is wrong, or write to it directly. It opens a ticket, says how bad it is, which team "
    "and who should take it and why, shows all that on one card in the thread, tells those who have to know, and keeps "
    "the card up to date until the ticket is resolved."
)
PROMPTS = (
    ("Report a problem", "checkout is failing for some customers"),
    ("What is mine?", "list mine"),
    ("What is open?", "list"),
    ("What can you do?", "help"),
)


def manifest(name: str = "Chargehand") -> dict[str, Any]:
    """The manifest; its limits are those of github.com/slackapi/manifest-schema."""
    return {
        "display_information": {"name": name, "description": DESCRIPTION, "long_description": LONG_DESCRIPTION},
        "features": {
            "bot_user": {"display_name": name.lower(), "always_online": True},
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": DESCRIPTION,
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "shortcuts": [
                {"callback_id": callback_id, "type": kind, "name": title, "description": what}
                for callback_id, (kind, title, what) in SHORTCUTS.items()
            ],
            "slash_commands": [
                {
                    "command": "/chargehand",
                    "description": "Report a problem, or ask for tickets",
                    "usage_hint": "[report | list | show | claim | assign | status | resolve | close | reopen | help]",
                    "should_escape": True,  # so that @names arrive as ids
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": [scope.name for scope in SCOPES]}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }
