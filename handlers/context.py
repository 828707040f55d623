"""What every handler gets: built once in app.py, passed on, never looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.slack.client import Client
from bot.slack.directory import Directory
from storage.database import Database

if TYPE_CHECKING:  # the SDK behind it is imported only when a key is set
    from bot.llm.anthropic import AnthropicModel


@dataclass(frozen=True, kw_only=True)
class Context:
    """`model` is None while no key is set; rules do its work then."""

    settings: Settings
    db: Database
    client: Client
    directory: Directory
    workspace_id: str
    bot_user_id: str
    model: "AnthropicModel | None"
    clock: Callable[[], datetime]
