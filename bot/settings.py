"""Every setting, with its default and what turns off without it; the only reader of the environment."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

DEFAULT_EMOJI = "open=large_blue_circle,in_progress=hammer_and_wrench,resolved=checkered_flag,closed=lock"
# People read these as approval or refusal, so they may never be bot state (docs/design.md 8).
FORBIDDEN_EMOJI = {"white_check_mark", "heavy_check_mark", "ballot_box_with_check", "x"}
STATUSES = ("open", "in_progress", "resolved", "closed")


class Settings(BaseSettings):
    """Read from the environment and `.env`; the description of each field is its line in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="CHARGEHAND_",
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    slack_bot_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_BOT_TOKEN",
        description="Bot token (`xoxb-…`). Without it nothing reaches Slack.",
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="App-level token (`xapp-…`, scope connections:write). Without it no event arrives.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/", validation_alias="SLACK_API_URL", description="Base of Slack's Web API."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias="ANTHROPIC_API_KEY", description="Without it tickets are triaged by rules alone."
    )
    anthropic_base_url: str = Field(
        default="https://api.anthropic.com",
        validation_alias="ANTHROPIC_BASE_URL",
        description="Any server that speaks the Anthropic Messages API.",
    )
    model: str = Field(
        default="claude-sonnet-5-5",
        description="Model id of the second opinion: triage asks it when the fast model's answer was refused.",
    )
    model_fast: str = Field(default="claude-haiku-5-5", description="Model id for triage.")
    llm_patience_seconds: float = Field(
        default=5.0, ge=0, le=60, description="After this long without an answer the card appears from rules."
    )
    llm_deadline_seconds: float = Field(
        default=20.0, gt=0, le=120, description="A model call is abandoned after this long; 20 s by default."
    )
    llm_max_tokens: int = Field(default=1024, ge=64, le=8192, description="Cap on the tokens of one triage answer.")
    database_url: str = Field(
        default="sqlite:///data/chargehand.db", validation_alias="DATABASE_URL", description="Where everything is kept."
    )
    admins: str = Field(default="", description="First admins: Slack ids or e-mail addresses, comma-separated.")
    allow_guests: bool = Field(default=False, description="Let guests and people from other workspaces report.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")
    http_host: str = Field(
        default="127.0.0.1", description="Address of /healthz and /readyz; the Dockerfile sets 0.0.0.0."
    )
    http_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of /healthz and /readyz; 0 picks a free one."
    )
    workers: int = Field(default=8, ge=1, le=64, description="Jobs that run at the same time in one process.")
    lease_seconds: float = Field(
        default=15.0,
        ge=0.5,
        le=600,
        description="How long a silent process keeps its jobs and roles before others take over.",
    )
    max_attempts: int = Field(
        default=8, ge=1, le=50, description="Attempts of a job or a Slack call before it is a dead letter."
    )
    drain_seconds: float = Field(
        default=20.0, ge=0, le=300, description="Time running jobs get to finish after SIGTERM."
    )
    duplicate_minutes: int = Field(
        default=10,
        ge=0,
        le=1440,
        description="The same text in one channel within this time joins the first ticket; 0 = never.",
    )
    team_floor: float = Field(
        default=0.3, ge=0, le=1, description="Below this confidence in the team the card asks which team it is."
    )
    post_interval_seconds: float = Field(
        default=1.0, ge=0, le=60, description="Shortest time between two posts in one channel."
    )
    edit_interval_seconds: float = Field(
        default=1.0, ge=0, le=60, description="Shortest time between two edits of one message."
    )
    call_timeout_seconds: float = Field(default=10.0, gt=0, le=120, description="Deadline of one call to Slack.")
    ping_interval_seconds: float = Field(
        default=10.0, gt=0, le=60, description="Socket ping; a socket without a pong for four of these is replaced."
    )
    people_fresh_minutes: int = Field(
        default=60, ge=0, le=1440, description="How long a person's Slack profile is trusted."
    )
    status_emoji: str = Field(default=DEFAULT_EMOJI, description="Reaction on the report for each status.")
    keep_days: int = Field(
        default=30, ge=1, le=3650, description="Days that processed deliveries, jobs and sent rows are kept."
    )

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"x(oxb|app)-[\w-]+", value.get_secret_value()):
            raise ValueError("is not a Slack token; bot tokens look like xoxb-1-abc, app tokens like xapp-1-abc")
        return value

    @field_validator("slack_api_url", "anthropic_base_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError("is not an http(s) URL; example: https://slack.com/api/")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith("sqlite:///"):
            raise ValueError("is not a SQLite URL; example: sqlite:///data/chargehand.db")
        return value

    @field_validator("status_emoji")
    @classmethod
    def _usable_emoji(cls, value: str) -> str:
        emoji = _parse_emoji(value)
        if set(emoji) != set(STATUSES):
            raise ValueError(f"needs one emoji for each of {', '.join(STATUSES)}; example: {DEFAULT_EMOJI}")
        if taken := FORBIDDEN_EMOJI & set(emoji.values()):
            raise ValueError(f"may not use {', '.join(sorted(taken))}: people read it as a verdict of their own")
        if len(set(emoji.values())) < len(STATUSES) or "eyes" in emoji.values():
            raise ValueError(f"must use a different emoji for each status, and not eyes; example: {DEFAULT_EMOJI}")
        return value

    @cached_property
    def emoji(self) -> dict[str, str]:
        """Status -> reaction name without colons."""
        return _parse_emoji(self.status_emoji)

    @cached_property
    def admin_names(self) -> frozenset[str]:
        """Slack ids and lower-case e-mail addresses of the first admins."""
        names = (name.strip() for name in self.admins.split(","))
        return frozenset(name.lower() if "@" in name else name for name in names if name)

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix("sqlite:///"))


def _parse_emoji(value: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in value.split(",") if pair.strip())
    return {status.strip(): emoji.strip().strip(":") for status, _, emoji in pairs}


@dataclass(frozen=True)
class Off:
    """A feature that is off, and the setting that turns it on."""

    feature: str
    setting: str
    example: str


def switched_off(settings: Settings) -> list[Off]:
    """What does not work with these settings, the main job's needs first."""
    needs = [
        (settings.slack_bot_token, Off("answering in Slack", "SLACK_BOT_TOKEN", "xoxb-…")),
        (settings.slack_app_token, Off("hearing Slack", "SLACK_APP_TOKEN", "xapp-…")),
        (settings.anthropic_api_key, Off("triage by a model (rules do it)", "ANTHROPIC_API_KEY", "sk-ant-…")),
        (settings.admins, Off("a first admin", "CHARGEHAND_ADMINS", "U012ABCDEF,ada@example.com")),
    ]
    return [off for value, off in needs if not value]


def env_name(field: str) -> str:
    """The environment variable of a settings field."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"CHARGEHAND_{field.upper()}"


def read_settings(**chosen: Any) -> Settings:
    """Read and check all settings; `chosen` ones count before the environment.

    Raises:
        SettingsError: names each bad setting, its problem and an example; never shows the value.
    """
    try:
        return Settings(**chosen)
    except ValidationError as error:
        fields = {env_name(name): name for name in Settings.model_fields} | {
            name: name for name in Settings.model_fields
        }
        lines = [_problem(str(item["loc"][0]), item["msg"], fields) for item in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _problem(loc: str, message: str, fields: dict[str, str]) -> str:
    field = fields.get(loc, loc)
    default = Settings.model_fields[field].default
    example = f"; example: {default}" if default not in (None, "") and "example" not in message else ""
    problem = message.removeprefix("Value error, ")
    return f"{env_name(field)} {problem[:1].lower()}{problem[1:]}{example}"
