"""What every handler gets: built once in app.py, passed on, never looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.limiter import Limiter
from bot.settings import Settings
from bot.slack.client import Client
from bot.slack.directory import Directory
from storage.database import Database

if TYPE_CHECKING:  # the SDKs behind them are imported only by what serves
    from bot.github.client import GitHubClient
    from bot.github.fresh import Fresh
    from bot.llm.chain import Chain


@dataclass(frozen=True, kw_only=True)
class Context:
    """`model` is None while no provider is set; rules do its work then. `fresh`: what GitHub was asked of late."""

    settings: Settings
    db: Database
    client: Client
    directory: Directory
    limiter: Limiter
    workspace_id: str
    bot_user_id: str
    bot_id: str
    model: "Chain | None"
    github: "GitHubClient"
    clock: Callable[[], datetime]
    fresh: "Fresh"
