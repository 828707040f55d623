"""Every setting, with its default and what turns off without it; the only reader of the environment."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from limits import parse as parse_rate
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import redact
from bot.clients import parse_networks
from bot.errors import SettingsError

if TYPE_CHECKING:
    from storage.postgres import Connections
    from storage.retention import Keep

DEFAULT_EMOJI = "open=large_blue_circle,in_progress=hammer_and_wrench,resolved=checkered_flag,closed=lock"
# People read these as approval or refusal, so they may never be bot state (docs/design.md 8).
FORBIDDEN_EMOJI = {"white_check_mark", "heavy_check_mark", "ballot_box_with_check", "x"}
PUBLISHED = "github"  # in CHARGEHAND_WEBHOOK_NETWORKS: the networks that GitHub says its hooks come from
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
    llm_concurrency: int = Field(
        default=4, ge=1, le=1000, description="Calls to the model at the same time, over all processes."
    )
    llm_requests_per_minute: int = Field(
        default=1000, ge=1, le=1_000_000, description="Calls to the model in a minute, over all processes."
    )
    database_url: str = Field(
        default="sqlite:///data/chargehand.db",
        validation_alias="DATABASE_URL",
        description="Where everything is kept: a SQLite file, or `postgresql://user:password@host/name`.",
    )
    db_schema: str | None = Field(
        default=None,
        pattern=r"^[a-z_][a-z0-9_]{0,62}$",
        description="PostgreSQL schema of our own in a database that others share.",
    )
    db_pool: int = Field(
        default=5, ge=2, le=100, description="PostgreSQL connections of one process; three more when it is busy."
    )
    pgbouncer: bool = Field(
        default=False,
        description="A pooler in transaction mode stands before PostgreSQL: no prepared statements, no LISTEN.",
    )
    admins: str = Field(default="", description="First admins: Slack ids or e-mail addresses, comma-separated.")
    admin_channel: str = Field(
        default="",
        description="Id of the channel that hears of gaps and dead letters; unset, each admin is told directly.",
    )
    allow_guests: bool = Field(default=False, description="Let guests and people from other workspaces report.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")
    http_host: str = Field(
        default="127.0.0.1", description="Address of the webhook door, health and metrics; the Dockerfile sets 0.0.0.0."
    )
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port of these; 0 picks a free one.")
    ops_port: int = Field(
        default=9090,
        ge=0,
        le=65535,
        description="Port of health and metrics in processes without the role ingress; if taken, the next free one.",
    )
    worker_concurrency: int = Field(
        default=8, ge=1, le=64, description="Jobs that run at the same time in one process."
    )
    lease_s: float = Field(
        default=60.0, ge=0.5, le=600, description="How long a silent process keeps its jobs before others take over."
    )
    queue_max: int = Field(
        default=50_000,
        ge=10,
        le=10_000_000,
        description="Jobs that may wait; above, deliveries are stored first and become jobs when there is room.",
    )
    disk_free_mb: int = Field(
        default=500,
        ge=0,
        le=100_000_000,
        description="With less room on the database's disk webhooks are refused and fetched again later, in MB.",
    )
    max_attempts: int = Field(
        default=8, ge=1, le=50, description="Attempts of a job or a Slack call before it is a dead letter."
    )
    drain_delay_s: float = Field(
        default=0.0,
        ge=0,
        le=300,
        description="Seconds after SIGTERM in which requests are still taken, until a balancer has seen /readyz.",
    )
    drain_s: float = Field(
        default=20.0, ge=0, le=300, description="Seconds that open requests and running jobs get to finish."
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
    keep_days: int = Field(default=30, ge=1, le=3650, description="Days that finished jobs and sent rows are kept.")
    keep_body_days: int = Field(
        default=14, ge=1, le=3650, description="Days that the content of an event is kept, unless a job still needs it."
    )
    keep_ignored_days: int = Field(default=3, ge=0, le=3650, description="The same, for events that asked for nothing.")
    keep_delivery_days: int = Field(
        default=90, ge=7, le=3650, description="Days that an event is known, so that its redelivery changes nothing."
    )
    keep_step_days: int = Field(default=14, ge=1, le=3650, description="Days that the steps of jobs are kept.")
    backup_dir: str = Field(default="", description="Folder for a backup every night. Without it none is made.")
    backup_keep: int = Field(default=7, ge=1, le=365, description="How many of the nightly backups are kept.")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="JSON lines, or readable ones; auto: readable ones on a terminal."
    )
    ops_token: SecretStr | None = Field(
        default=None, description="Whoever sends it as `Authorization: Bearer …` may read /health and /metrics."
    )
    ops_networks: str = Field(default="", description="CIDRs that may read /health and /metrics, besides this machine.")
    llm_input_price: float = Field(
        default=0.0, ge=0, description="US dollars for a million input tokens; 0 = the cost is not counted."
    )
    llm_output_price: float = Field(default=0.0, ge=0, description="US dollars for a million output tokens.")
    github_webhook_secret: SecretStr | None = Field(
        default=None,
        validation_alias="GITHUB_WEBHOOK_SECRET",
        description="Secret of the App's or the global webhook. Without any secret GitHub's events are refused.",
    )
    webhook_secret_previous: SecretStr | None = Field(
        default=None, description="The secret before that, valid too: for a change without a refused delivery."
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, comma-separated; the first one encrypts hooks' own secrets, all of them decrypt.",
    )
    github_token: SecretStr | None = Field(
        default=None, validation_alias="GITHUB_TOKEN", description="Token to act on GitHub with, when there is no App."
    )
    github_app_id: str = Field(
        default="", validation_alias="GITHUB_APP_ID", description="Id of the GitHub App to act as."
    )
    github_private_key: SecretStr | None = Field(
        default=None,
        validation_alias="GITHUB_PRIVATE_KEY",
        description="Its private key: PEM (`\\n` may stand for line ends), or the path of its file.",
    )
    github_api_url: str = Field(
        default="https://api.github.com",
        validation_alias="GITHUB_API_URL",
        description="Base of GitHub's REST API; https://HOST/api/v3 for Enterprise Server.",
    )
    github_channel: str = Field(
        default="",
        description="Id of the channel for tickets of GitHub issues, unless a repository has its own.",
    )
    github_comment: bool = Field(
        default=False, description="Comment once on each issue that became a ticket; needs a token or an App."
    )
    webhook_rate: str = Field(
        default="100/minute", description="Webhook requests of one client in one process: NUMBER/UNIT."
    )
    webhook_networks: str = Field(
        default="github",
        description="Networks with a rate of their own: CIDRs, and `github` for the ones GitHub publishes.",
    )
    webhook_network_rate: str = Field(default="6000/minute", description="The rate of a client in those networks.")
    trusted_proxies: str = Field(
        default="", description="CIDRs of the proxies whose X-Forwarded-For is believed; none by default."
    )
    slack_catchup_h: float = Field(
        default=12.0, ge=0, le=72, description="Hours that Slack is read back after a time away; 0 = off."
    )
    public_url: str = Field(
        default="", description="Where GitHub reaches this server, for `repo connect --hook`; https://HOST."
    )
    effect_settle_s: float = Field(
        default=5.0,
        ge=0,
        le=300,
        description="Seconds before an effect without an answer is looked for on GitHub or Slack, and maybe repeated.",
    )
    otel_endpoint: str = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Base URL of a collector that takes OTLP over HTTP. Without it no spans are made.",
    )

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"x(oxb|app)-[\w-]+", value.get_secret_value()):
            raise ValueError("is not a Slack token; bot tokens look like xoxb-1-abc, app tokens like xapp-1-abc")
        return value

    @field_validator("slack_api_url", "anthropic_base_url", "github_api_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError("is not an http(s) URL; example: https://slack.com/api/")
        return value

    @field_validator("otel_endpoint")
    @classmethod
    def _usable_collector(cls, value: str) -> str:
        if value and find_spec("opentelemetry.sdk") is None:
            raise ValueError(
                "needs the extra for OpenTelemetry: pip install 'opentelemetry-sdk>=1.45,<2' "
                "'opentelemetry-exporter-otlp-proto-http>=1.45,<2'"
            )
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError("is not an http(s) URL; example: http://127.0.0.1:4318")
        return value

    @field_validator("webhook_rate", "webhook_network_rate")
    @classmethod
    def _usable_rate(cls, value: str) -> str:
        with suppress(ValueError):
            if parse_rate(value).amount > 0:
                return value
        raise ValueError("is not NUMBER/UNIT with a number above 0; example: 100/minute")

    @field_validator("webhook_networks", "ops_networks", "trusted_proxies")
    @classmethod
    def _usable_networks(cls, value: str) -> str:
        try:
            parse_networks(named_networks(value))
        except ValueError:
            raise ValueError("is not a list of networks; example: 10.0.0.0/8,192.0.2.7") from None
        return value

    @field_validator("secret_keys")
    @classmethod
    def _usable_keys(cls, value: SecretStr | None) -> SecretStr | None:
        for key in value.get_secret_value().split(",") if value else ():
            if not re.fullmatch(r"[\w-]{43}=", key.strip(), re.ASCII):
                raise ValueError(
                    "is not a list of Fernet keys of 44 characters each; docs/settings.md shows how to make one"
                )
        return value

    @field_validator("github_channel", "admin_channel")
    @classmethod
    def _channel_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[CG][A-Z0-9]{4,}", value):
            raise ValueError("is not a channel's id; it looks like C012ABCDEF (channel details, at the end)")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")):
            if find_spec("psycopg") is None:
                raise ValueError("needs the extra for PostgreSQL: pip install 'psycopg[binary]>=3.2,<4'")
            _password(value)
            return "postgresql://" + value.partition("://")[2]
        if not value.startswith("sqlite:///"):
            raise ValueError(
                "is neither SQLite nor PostgreSQL; examples: sqlite:///data/chargehand.db, postgresql://me@db/chargehand"
            )
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

    def model_post_init(self, _: Any) -> None:
        """Whatever was read as a secret is hidden from here on, in every text that leaves this process."""
        given = (value for value in self.__dict__.values() if isinstance(value, SecretStr))
        values = [part for value in given for part in (value.get_secret_value(), *value.get_secret_value().split(","))]
        if isinstance(self.database, str):
            values.append(_password(self.database))
        redact.OWN.learn(values)

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
    def database(self) -> Path | str:
        """The SQLite file, or the URL of PostgreSQL."""
        return self.database_path if self.database_url.startswith("sqlite:///") else self.database_url

    @property
    def database_name(self) -> str:
        """Where everything is kept, for people to read: without user and password."""
        scheme, _, rest = self.database_url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}" if scheme != "sqlite" else str(self.database)

    @property
    def vault_keys(self) -> list[str]:
        """The Fernet keys; empty when none is set."""
        return [key.strip() for key in self.secret_keys.get_secret_value().split(",")] if self.secret_keys else []

    @property
    def webhook_secrets(self) -> list[bytes]:
        """The global secrets that count, the present one first."""
        both = (self.github_webhook_secret, self.webhook_secret_previous)
        return [secret.get_secret_value().encode() for secret in both if secret]

    @property
    def hears_github(self) -> bool:
        """Whether any delivery of GitHub's could be believed."""
        return bool(self.webhook_secrets or self.vault_keys)

    @property
    def acts_on_github(self) -> bool:
        """Whether there is somebody to act as."""
        return bool(self.github_token or (self.github_app_id and self.github_private_key))

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @cached_property
    def connections(self) -> "Connections":
        """How to connect to PostgreSQL."""
        from storage.postgres import Connections  # noqa: PLC0415 - it brings SQLAlchemy, and `--help` waits for us

        return Connections(pool=self.db_pool, schema=self.db_schema, has_pooler=self.pgbouncer)

    @property
    def keep(self) -> "Keep":
        """How long things are kept."""
        from storage.retention import Keep  # noqa: PLC0415 - as above

        return Keep(
            bodies=self.keep_body_days,
            ignored=self.keep_ignored_days,
            deliveries=self.keep_delivery_days,
            jobs=self.keep_days,
            steps=self.keep_step_days,
        )


def _password(url: str) -> str:
    """Of PostgreSQL's URL; ValueError when that cannot be read."""
    from storage.postgres import password_of  # noqa: PLC0415 - as above

    return password_of(url)


def named_networks(value: str) -> set[str]:
    """What a setting of networks names besides the word `github`."""
    return {name.strip() for name in value.split(",")} - {PUBLISHED, ""}


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
        (
            settings.hears_github,
            Off("hearing GitHub (it gets 503)", "GITHUB_WEBHOOK_SECRET", "32 random characters"),
        ),
        (settings.github_channel, Off("tickets from GitHub issues", "CHARGEHAND_GITHUB_CHANNEL", "C012ABCDEF")),
        (settings.acts_on_github, Off("acting on GitHub", "GITHUB_TOKEN", "ghp_…")),
        (settings.admins, Off("a first admin", "CHARGEHAND_ADMINS", "U012ABCDEF,ada@example.com")),
        (settings.backup_dir, Off("a backup every night", "CHARGEHAND_BACKUP_DIR", "/var/backups/chargehand")),
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
