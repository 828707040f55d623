"""What the demo is set in: the settings of its bot, who and what is there before it comes, and its clock."""

import secrets
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import MovedClock, utc_now
from bot.observe import set_up_logs
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.wind import moment_of
from bot.settings import Settings, read_settings
from bot.slack.scopes import SCOPES
from handlers.cli.demo_company import found
from handlers.cli.demo_github import connect

PATIENT = 15.0  # seconds people wait for an answer; Slack gives three, which a busy laptop may take to start something
LEASE_S = 3.0  # when time is let pass the bot has its roles again within a third of it
AHEAD = "clock"


async def furnish(settings: Settings, slack: SlackSandbox, github: GitHubSandbox) -> None:
    """What is there before the bot comes."""
    set_up_logs("warning", stream=sys.stderr)
    slack.scopes.intersection_update(scope.name for scope in SCOPES)  # as installed from our manifest
    await found(settings, slack)
    await connect(settings, slack, github)


def settings_for(slack: SlackSandbox, github: GitHubSandbox, folder: Path, **chosen: Any) -> Settings:
    """Of a bot that works there.

    Args:
        chosen: settings that count before these and before the environment.

    Raises:
        SettingsError: the environment holds something that is no good setting.
    """
    own = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "github_api_url": github.url,
        "github_token": github.token,
        "github_app_id": "",
        "github_private_key": None,
        "github_webhook_secret": secrets.token_hex(16),
        "github_comment": True,
        "webhook_networks": "127.0.0.0/8",  # it is GitHub here; the sandbox's own list names no network of this machine
        "effect_settle_s": 1.0,
        "lease_s": LEASE_S,
        "clock_file": str(folder / AHEAD),
        "database_url": f"sqlite:///{folder / 'chargehand.db'}",
        "http_port": 0,
    }
    return read_settings(**own | chosen)


def clock_of(folder: Path, *, starts: str = "next morning") -> MovedClock:
    """The clock of this folder; a new one starts when a team is at work, whatever the day."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = MovedClock(folder / AHEAD)
    if not clock.is_moved:
        clock.move_to(moment_of(starts, now=utc_now(), zone=ZoneInfo(read_settings().timezone)))
    return clock
