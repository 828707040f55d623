"""The table of all settings: beside each its default and its limits, under it its line in docs/settings.md."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import redact
from bot.clock import Clock, clock_in
from bot.settings import kinds, providers

if TYPE_CHECKING:
    from storage.postgres import Connections
    from storage.retention import Keep


class Settings(BaseSettings):
    """Read from the environment and `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="CHARGEHAND_",
        env_file=".env",
        env_nested_delimiter="__",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    # Slack
    slack_bot_token: kinds.SlackToken | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    """Bot token (`xoxb-…`). Without it nothing reaches Slack."""
    slack_app_token: kinds.SlackToken | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    """App-level token (`xapp-…`, scope connections:write). Without it no event arrives."""
    slack_api_url: kinds.SlackUrl = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    """Base of Slack's Web API."""
    call_timeout_seconds: float = Field(default=10.0, gt=0, le=120)
    """Deadline of one call to Slack."""
    ping_interval_seconds: float = Field(default=10.0, gt=0, le=60)
    """Socket ping; a socket without a pong for four of these is replaced."""
    post_interval_seconds: float = Field(default=1.0, ge=0, le=60)
    """Shortest time between two posts in one channel."""
    edit_interval_seconds: float = Field(default=2.0, ge=0, le=60)
    """Shortest time between two edits of one message."""
    edits_per_minute: int = Field(default=30, ge=1, le=100_000)
    """Edits a minute of all messages, after 20 at once; Slack allows 50 in all."""
    people_fresh_minutes: int = Field(default=60, ge=0, le=1440)
    """How long a person's Slack profile is trusted."""
    slack_catchup_h: float = Field(default=12.0, ge=0, le=72)
    """Hours that Slack is read back after a time away; 0 = off."""

    # The language model
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    """Without it tickets are triaged by rules alone."""
    anthropic_base_url: kinds.WebUrl = Field(default="https://api.anthropic.com", validation_alias="ANTHROPIC_BASE_URL")
    """Any server that speaks the Anthropic Messages API."""
    model: str = "claude-sonnet-5-5"
    """Model id of the second opinion: triage asks it when the fast model's answer was refused."""
    model_fast: str = "claude-haiku-5-5"
    """Model id for triage, and for the reasons of resolved tickets in plain words."""
    llm: providers.Providers = {}
    """What is set of each provider of the chain."""
    llm_chain: providers.Chain = ""
    """Providers in the order in which they are asked, as `main,local`; unset, the one of ANTHROPIC_API_KEY."""
    llm_patience_seconds: float = Field(default=5.0, ge=0, le=60)
    """After this long without an answer the card appears from rules."""
    llm_deadline_seconds: float = Field(default=20.0, gt=0, le=120)
    """Triage, plain words and narration give up on a model after this long."""
    call_seconds: float = Field(default=60.0, gt=0, le=600)
    """So does a request to the agent on one answer, with all tries and further providers."""
    llm_max_tokens: int = Field(default=1024, ge=64, le=8192)
    """Cap on the tokens of one triage answer."""
    llm_concurrency: int = Field(default=4, ge=1, le=1000)
    """Calls to the model at the same time, over all processes."""
    llm_requests_per_minute: int = Field(default=1000, ge=1, le=1_000_000)
    """Calls to the model in a minute, over all processes."""
    llm_tokens_per_minute: int = Field(default=400_000, ge=1, le=1_000_000_000)
    """Tokens of questions and answers in a minute, over all processes."""
    prices: kinds.PriceList = ""
    """What models cost: JSON, TOML or the path of such a file, in US dollars for a million tokens."""
    context_tokens: int = Field(default=16_000, ge=4_000, le=1_000_000)
    """Tokens of what a model is told for one step of a request; never more than its window has room for."""
    budget_turn_tokens: int = Field(default=200_000, ge=1)
    """Tokens that one request to the agent may take."""
    budget_turn_usd: float | None = Field(default=None, ge=0)
    """The same in US dollars."""
    budget_user_day_tokens: int = Field(default=1_000_000, ge=1)
    """Tokens that one person's requests and reports may take in a day of the workspace's zone."""
    budget_user_day_usd: float | None = Field(default=None, ge=0)
    """The same in US dollars."""
    budget_workspace_day_tokens: int = Field(default=10_000_000, ge=1)
    """Tokens that everything may take in such a day."""
    budget_workspace_day_usd: float | None = Field(default=None, ge=0)
    """The same in US dollars."""
    claim_check: Literal["all", "writes", "off"] = "writes"
    """Whose answers are checked for claims without a receipt: all, those that could change something, or none."""
    link_hosts: kinds.Hosts = ""
    """Hosts that answers may link to besides GitHub, Slack and this server; `.acme.dev` allows all that end so."""
    streaming: bool = False
    """Whether an answer in a thread, once it is checked, is written piece by piece before their eyes."""

    # The agent
    stop_button_seconds: float = Field(default=10.0, ge=0, le=600)
    """Seconds after which a request that is still worked on shows a message with a Stop button; 0: never."""
    approvals: kinds.Approvals = "balanced"
    """Which of the agent's writes wait for approval: `strict` all, `balanced`, `open` only what nobody said."""
    approval_hours: float = Field(default=24.0, gt=0, le=720)
    """Hours that such a write waits for approval; one that ends something waits 1 h."""
    self_approval: Literal["own", "never", "always"] = "own"
    """Who asked may approve it: `own` unless it ends something, `never`, or `always`."""
    dry_run: bool = False
    """The agent says what it would do, and does nothing."""
    turn_seconds: float = Field(default=180.0, ge=5, le=3600)
    """Longest that one request may take."""
    research_seconds: float = Field(default=300.0, ge=5, le=3600)
    """The same where something is looked into, if that is longer."""
    turn_steps: int = Field(default=5, ge=1, le=10)
    """Specialists that may work on one request, one after the other."""
    turn_model_calls: int = Field(default=30, ge=1, le=1000)
    """Answers of a model that one request may take."""
    turn_tool_calls: int = Field(default=20, ge=1, le=1000)
    """Uses of tools in one step of a request."""
    argument_bytes: int = Field(default=8192, ge=256, le=100_000)
    """Bytes that one argument of a tool may have."""
    turns_per_minute: int = Field(default=5, ge=1, le=1000)
    """Requests of one thread in a minute; with more it rests for 30 minutes."""
    turns_per_hour: int = Field(default=30, ge=1, le=10_000)
    """The same in an hour."""
    trace_days: kinds.Days = 30
    """Days that what was said in a request to the agent is kept; what it took and did is kept for 400."""
    trace_text: kinds.TraceText = "redacted"
    """What is kept of it once it has ended: `full`, `redacted` without secrets and e-mail addresses, or `none`."""

    # GitHub
    github_webhook_secret: SecretStr | None = Field(default=None, validation_alias="GITHUB_WEBHOOK_SECRET")
    """Secret of the App's or the global webhook. Without any secret GitHub's events are refused."""
    webhook_secret_previous: SecretStr | None = None
    """The secret before that, valid too: for a change without a refused delivery."""
    secret_keys: kinds.FernetKeys | None = None
    """Fernet keys, comma-separated; the first one encrypts hooks' own secrets, all of them decrypt."""
    github_token: SecretStr | None = Field(default=None, validation_alias="GITHUB_TOKEN")
    """Token to act on GitHub with, when there is no App."""
    github_app_id: str = Field(default="", validation_alias="GITHUB_APP_ID")
    """Id of the GitHub App to act as."""
    github_private_key: SecretStr | None = Field(default=None, validation_alias="GITHUB_PRIVATE_KEY")
    """Its private key: PEM (`\\n` may stand for line ends), or the path of its file."""
    github_api_url: kinds.WebUrl = Field(default="https://api.github.com", validation_alias="GITHUB_API_URL")
    """Base of GitHub's REST API; https://HOST/api/v3 for Enterprise Server."""
    github_channel: kinds.ChannelId = ""
    """Id of the channel for tickets of GitHub issues, unless a repository has its own."""
    github_comment: bool = False
    """Comment once on each issue that became a ticket; needs a token or an App."""
    public_url: str = ""
    """Where GitHub reaches this server, for `repo connect --hook`; https://HOST."""
    webhook_rate: kinds.Rate = "100/minute"
    """Webhook requests of one client in one process: NUMBER/UNIT."""
    webhook_networks: kinds.Networks = "github"
    """Networks with a rate of their own: CIDRs, and `github` for the ones GitHub publishes."""
    webhook_network_rate: kinds.Rate = "6000/minute"
    """The rate of a client in those networks."""
    trusted_proxies: kinds.Networks = ""
    """CIDRs of the proxies whose X-Forwarded-For is believed; none by default."""

    # The database, and how long what is in it is kept
    database_url: kinds.DatabaseUrl = Field(default="sqlite:///data/chargehand.db", validation_alias="DATABASE_URL")
    """Where everything is kept: a SQLite file, or `postgresql://user:password@host/name`."""
    db_schema: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    """PostgreSQL schema of our own in a database that others share."""
    db_pool: int = Field(default=5, ge=2, le=100)
    """PostgreSQL connections of one process; three more when it is busy."""
    pgbouncer: bool = False
    """A pooler in transaction mode stands before PostgreSQL: no prepared statements, no LISTEN."""
    disk_free_mb: int = Field(default=500, ge=0, le=100_000_000)
    """With less room on the database's disk webhooks are refused and fetched again later, in MB."""
    keep_days: kinds.Days = 30
    """Days that finished jobs and sent rows are kept."""
    keep_body_days: kinds.Days = 14
    """Days that the content of an event is kept, unless a job still needs it."""
    keep_ignored_days: int = Field(default=3, ge=0, le=3650)
    """The same, for events that asked for nothing."""
    keep_delivery_days: int = Field(default=90, ge=7, le=3650)
    """Days that an event is known, so that its redelivery changes nothing."""
    keep_step_days: kinds.Days = 14
    """Days that the steps of jobs are kept."""
    thread_days: kinds.Days = 90
    """Days that what was said in threads with the bot is kept, and the summaries of it."""
    backup_dir: str = ""
    """Folder for a backup every night. Without it none is made."""
    backup_keep: int = Field(default=7, ge=1, le=365)
    """How many of the nightly backups are kept."""

    # Processes and their work
    http_host: str = "127.0.0.1"
    """Address of the webhook door, health and metrics; the Dockerfile sets 0.0.0.0."""
    http_port: kinds.Port = 8080
    """Port of these; 0 picks a free one."""
    ops_port: kinds.Port = 9090
    """Port of health and metrics in processes without the role ingress; if taken, the next free one."""
    ops_token: SecretStr | None = None
    """Whoever sends it as `Authorization: Bearer …` may read /health and /metrics."""
    ops_networks: kinds.Networks = ""
    """CIDRs that may read /health and /metrics, besides this machine."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """JSON lines, or readable ones; auto: readable ones on a terminal."""
    otel_endpoint: kinds.CollectorUrl = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Base URL of a collector that takes OTLP over HTTP. Without it no spans are made."""
    worker_concurrency: int = Field(default=8, ge=1, le=64)
    """Jobs that run at the same time in one process."""
    lease_s: float = Field(default=60.0, ge=0.5, le=600)
    """How long a silent process keeps its jobs before others take over, 30 s at most."""
    queue_max: int = Field(default=50_000, ge=10, le=10_000_000)
    """Jobs that may wait; above, deliveries are stored first and become jobs when there is room."""
    max_attempts: int = Field(default=8, ge=1, le=50)
    """Attempts of a job or a Slack call before it is a dead letter."""
    effect_settle_s: float = Field(default=5.0, ge=0, le=300)
    """Seconds before an effect without an answer is looked for on GitHub or Slack, and maybe repeated."""
    drain_delay_s: float = Field(default=0.0, ge=0, le=300)
    """Seconds after SIGTERM in which requests are still taken, until a balancer has seen /readyz."""
    drain_s: float = Field(default=20.0, ge=0, le=300)
    """Seconds that open requests and running jobs get to finish."""

    clock_file: kinds.ClockFile = ""
    """File with the seconds by which the clock is ahead, to try out what waits for days; only beside a local Slack."""

    # People and tickets
    timezone: kinds.Zone = "UTC"
    """Time zone of teams that have not set one, and of people whose Slack tells none; as in Europe/Berlin."""
    language: kinds.Language = "en"
    """Language of channels, and of people whose Slack speaks none of ours, that have set no other: en or de."""
    admins: str = ""
    """First admins: Slack ids or e-mail addresses, comma-separated."""
    admin_channel: kinds.ChannelId = ""
    """Id of the channel that hears of gaps and dead letters; unset, each admin is told directly."""
    allow_guests: bool = False
    """Let guests and people from other workspaces report."""
    reporters: Literal["everyone", "responders"] = "everyone"
    """Whose reports are tickets at once: everyone's, or responders' and managers' (others wait for approval)."""
    status_emoji: kinds.StatusEmoji = kinds.DEFAULT_EMOJI
    """Reaction on the report for each status."""
    duplicate_minutes: int = Field(default=10, ge=0, le=1440)
    """The same text in one channel within this time joins the first ticket; 0 = never."""
    absence_emoji: kinds.AbsenceEmoji = "palm_tree,face_with_thermometer,airplane,no_entry"
    """Slack statuses that mean absence, comma-separated; empty: none does."""
    sla_warn_percent: int = Field(default=75, ge=1, le=99)
    """Share of the time to acknowledge or resolve after which the assignee is warned."""
    reminders: bool = True
    """Nudges, digests, alarms of deadlines and reminders, for all; off: none is sent, and what is due is missed."""
    digest_time: kinds.TimeOfDay = ""
    """When the daily digest comes to who set no time: as in 08:30, or off; unset, at the start of their day."""
    remind_per_day: int = Field(default=10, ge=0)
    """Reminders that one person may ask for another, or for a channel, within 24 hours; 0: none."""
    remind_active: int = Field(default=100, ge=1)
    """Reminders of one person that may be still to come; a series counts as one."""
    remind_characters: int = Field(default=1000, ge=1, le=1500)
    """Characters of a reminder's text."""
    team_floor: float = Field(default=0.3, ge=0, le=1)
    """Below this confidence in the team the card asks which team it is."""
    team_confidence: float = Field(default=0.5, ge=0, le=1)
    """Below this confidence of the model its team is a suggestion only."""

    def model_post_init(self, _: Any) -> None:
        """Whatever was read as a secret is hidden from here on, in every text that leaves this process."""
        keys = (one.api_key for one in self.llm.values())
        given = (value for value in (*self.__dict__.values(), *keys) if isinstance(value, SecretStr))
        values = [part for value in given for part in (value.get_secret_value(), *value.get_secret_value().split(","))]
        if isinstance(self.database, str):
            values.append(kinds.password(self.database))
        redact.OWN.learn(values)

    @cached_property
    def servers(self) -> tuple[providers.Server, ...]:
        """Whom a model is asked of, in order; empty while nobody is."""
        unset = providers.Unset(
            api_key=self.anthropic_api_key.get_secret_value() if self.anthropic_api_key else "",
            base_url=self.anthropic_base_url,
            small=self.model_fast,
            main=self.model,
            rpm=self.llm_requests_per_minute,
            tpm=self.llm_tokens_per_minute,
            concurrency=self.llm_concurrency,
        )
        return providers.servers(self.llm_chain, self.llm, unset)

    @cached_property
    def emoji(self) -> dict[str, str]:
        """Status -> reaction name without colons."""
        return kinds.parse_emoji(self.status_emoji)

    @cached_property
    def emoji_of_absence(self) -> frozenset[str]:
        """Names of status emoji that mean absence, without colons."""
        return kinds.parse_names(self.absence_emoji)

    @cached_property
    def admin_names(self) -> frozenset[str]:
        """Slack ids and lower-case e-mail addresses of the first admins."""
        names = (name.strip() for name in self.admins.split(","))
        return frozenset(name.lower() if "@" in name else name for name in names if name)

    @cached_property
    def hosts_of_links(self) -> frozenset[str]:
        """What CHARGEHAND_LINK_HOSTS names, in lower case."""
        return frozenset(filter(None, (host.strip().lower() for host in self.link_hosts.split(","))))

    @cached_property
    def clock(self) -> Clock:
        """The time that everything goes by."""
        return clock_in(self.clock_file)

    @property
    def database(self) -> Path | str:
        """The SQLite file, or the URL of PostgreSQL."""
        path = self.database_url.removeprefix("sqlite:///")
        return self.database_url if path == self.database_url else Path(path)

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
    def knows_github_by_network(self) -> bool:
        """Whether the networks that GitHub publishes have a rate of their own."""
        return kinds.PUBLISHED in {name.strip() for name in self.webhook_networks.split(",")}

    @property
    def acts_on_github(self) -> bool:
        """Whether there is somebody to act as."""
        return bool(self.github_token or (self.github_app_id and self.github_private_key))

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
            threads=self.thread_days,
            traces=self.trace_days,
        )
