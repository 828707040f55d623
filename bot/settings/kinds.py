"""What a setting may hold; whatever else is written there is refused with an example, and never shown."""

import re
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from typing import Annotated, Literal
from urllib.parse import urlsplit

from limits import parse as parse_rate
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo

from bot.clients import parse_networks
from bot.errors import UserError
from bot.prices import read_prices
from bot.zones import zone_named
from prompts.words import LANGUAGES

DEFAULT_EMOJI = "open=large_blue_circle,in_progress=hammer_and_wrench,resolved=checkered_flag,closed=lock"
# People read these as approval or refusal, so they may never be bot state (docs/design.md 8).
FORBIDDEN_EMOJI = {"white_check_mark", "heavy_check_mark", "ballot_box_with_check", "x"}
EMOJI_NAME = re.compile(r"[\w+'-]{1,100}(?:::skin-tone-[2-6])?")
PUBLISHED = "github"  # in CHARGEHAND_WEBHOOK_NETWORKS: the networks that GitHub says its hooks come from
STATUSES = ("open", "in_progress", "resolved", "closed")


def named_networks(value: str) -> set[str]:
    """What a setting of networks names besides the word `github`."""
    return {name.strip() for name in value.split(",")} - {PUBLISHED, ""}


def parse_emoji(value: str) -> dict[str, str]:
    """Status -> reaction name without colons."""
    pairs = (pair.partition("=") for pair in value.split(",") if pair.strip())
    return {status.strip(): emoji.strip().strip(":") for status, _, emoji in pairs}


def password(url: str) -> str:
    """Of PostgreSQL's URL; ValueError when that cannot be read."""
    from storage.postgres import password_of  # noqa: PLC0415 - it brings SQLAlchemy, and `--help` waits for us

    return password_of(url)


def _slack_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"x(oxb|app)-[\w-]+", value.get_secret_value()):
        raise ValueError("is not a Slack token; bot tokens look like xoxb-1-abc, app tokens like xapp-1-abc")
    return value


def _web_url(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("is not an http(s) URL; example: https://slack.com/api/")
    return value


def _ending_in_slash(value: str) -> str:
    return value if value.endswith("/") else value + "/"


def _collector(value: str) -> str:
    if value and find_spec("opentelemetry.sdk") is None:
        raise ValueError(
            "needs the extra for OpenTelemetry: pip install 'opentelemetry-sdk>=1.45,<2' "
            "'opentelemetry-exporter-otlp-proto-http>=1.45,<2'"
        )
    if value and not re.match(r"https?://[^/\s]+", value):
        raise ValueError("is not an http(s) URL; example: http://127.0.0.1:4318")
    return value


def _rate(value: str) -> str:
    with suppress(ValueError):
        if parse_rate(value).amount > 0:
            return value
    raise ValueError("is not NUMBER/UNIT with a number above 0; example: 100/minute")


def _networks(value: str) -> str:
    try:
        parse_networks(named_networks(value))
    except ValueError:
        raise ValueError("is not a list of networks; example: 10.0.0.0/8,192.0.2.7") from None
    return value


def _fernet_keys(value: SecretStr) -> SecretStr:
    for key in value.get_secret_value().split(","):
        if not re.fullmatch(r"[\w-]{43}=", key.strip(), re.ASCII):
            raise ValueError(
                "is not a list of Fernet keys of 44 characters each; docs/settings.md shows how to make one"
            )
    return value


def _channel_id(value: str) -> str:
    if value and not re.fullmatch(r"[CG][A-Z0-9]{4,}", value):
        raise ValueError("is not a channel's id; it looks like C012ABCDEF (channel details, at the end)")
    return value


def _hosts(value: str) -> str:
    names = filter(None, (name.strip() for name in value.split(",")))
    if not all(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*", name, re.IGNORECASE) for name in names):
        raise ValueError("is not a list of host names without https:// and paths; example: docs.acme.dev,.acme.io")
    return value


def _clock_file(value: str, info: ValidationInfo) -> str:
    host = urlsplit(str(info.data.get("slack_api_url", ""))).hostname
    if value and host not in {"127.0.0.1", "::1", "localhost"}:
        raise ValueError("moves the clock, which is for trying things out: set SLACK_API_URL to a Slack on 127.0.0.1")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"is no language that there is; write one of {', '.join(LANGUAGES)}")
    return value


def _zone(value: str) -> str:
    try:
        return zone_named(value).key
    except UserError as error:
        raise ValueError(f"is no time zone; example: Europe/Berlin. {str(error).partition('. ')[2]}") from None


def time_of_day(value: str) -> str:
    """A time as in 08:30, `off`, or nothing.

    Raises:
        ValueError: it is none of these.
    """
    if value in {"", "off"}:
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value)
    if found is None:
        raise ValueError("is no time of day; example: 08:30, or off")
    return f"{int(found[1]):02}:{found[2]}"


def _price_list(value: str) -> str:
    read_prices(value)
    return value


def _database_url(value: str) -> str:
    if value.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")):
        if find_spec("psycopg") is None:
            raise ValueError("needs the extra for PostgreSQL: pip install 'psycopg[binary]>=3.2,<4'")
        password(value)
        return "postgresql://" + value.partition("://")[2]
    if not value.startswith("sqlite:///"):
        raise ValueError(
            "is neither SQLite nor PostgreSQL; examples: sqlite:///data/chargehand.db, postgresql://me@db/chargehand"
        )
    return value


def _status_emoji(value: str) -> str:
    emoji = parse_emoji(value)
    if set(emoji) != set(STATUSES):
        raise ValueError(f"needs one emoji for each of {', '.join(STATUSES)}; example: {DEFAULT_EMOJI}")
    _check_names(emoji.values())
    if taken := FORBIDDEN_EMOJI & set(emoji.values()):
        raise ValueError(f"may not use {', '.join(sorted(taken))}: people read it as a verdict of their own")
    if len(set(emoji.values())) < len(STATUSES) or "eyes" in emoji.values():
        raise ValueError(f"must use a different emoji for each status, and not eyes; example: {DEFAULT_EMOJI}")
    return value


def parse_names(value: str) -> frozenset[str]:
    """Names of emoji without colons."""
    return frozenset(filter(None, (name.strip(" :") for name in value.split(","))))


def _absence_emoji(value: str) -> str:
    _check_names(parse_names(value))
    return value


def _check_names(names: Iterable[str]) -> None:
    if not all(EMOJI_NAME.fullmatch(name) and name == name.lower() for name in names):
        raise ValueError("has what can be no name of an emoji; write it as Slack shows it, as in :palm_tree:")


Port = Annotated[int, Field(ge=0, le=65535)]
Days = Annotated[int, Field(ge=1, le=3650)]
Approvals = Literal["strict", "balanced", "open"]
TraceText = Literal["full", "redacted", "none"]
SlackToken = Annotated[SecretStr, AfterValidator(_slack_token)]
FernetKeys = Annotated[SecretStr, AfterValidator(_fernet_keys)]
TimeOfDay = Annotated[str, AfterValidator(time_of_day)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
SlackUrl = Annotated[WebUrl, AfterValidator(_ending_in_slash)]
CollectorUrl = Annotated[str, AfterValidator(_collector)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
ClockFile = Annotated[str, AfterValidator(_clock_file)]
ChannelId = Annotated[str, AfterValidator(_channel_id)]
Hosts = Annotated[str, AfterValidator(_hosts)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
PriceList = Annotated[str, AfterValidator(_price_list)]
Rate = Annotated[str, AfterValidator(_rate)]
Networks = Annotated[str, AfterValidator(_networks)]
StatusEmoji = Annotated[str, AfterValidator(_status_emoji)]
AbsenceEmoji = Annotated[str, AfterValidator(_absence_emoji)]
