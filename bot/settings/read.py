"""Reads all settings at once, names every bad one, and says what does not work without the missing ones."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError as UnreadableError

from bot.errors import SettingsError
from bot.settings.table import Settings
from prompts.words import fixed


@dataclass(frozen=True)
class Off:
    """A feature that is off, and the setting that turns it on.

    `is_felt`: by the people who work with tickets, not only by who runs the bot.
    """

    feature: str
    setting: str
    example: str
    is_felt: bool = False


MODEL = fixed(
    "triage by a model, requests in plain words, summaries of threads and gists in narration (rules do what they can)"
)


def switched_off(settings: Settings) -> list[Off]:
    """What does not work with these settings, the main job's needs first."""
    needs = [
        (settings.slack_bot_token, Off(fixed("answering in Slack"), "SLACK_BOT_TOKEN", "xoxb-…")),
        (settings.slack_app_token, Off(fixed("hearing Slack"), "SLACK_APP_TOKEN", "xapp-…")),
        (settings.servers, Off(MODEL, "ANTHROPIC_API_KEY", "sk-ant-…", is_felt=True)),
        (
            settings.hears_github,
            Off(fixed("hearing GitHub (it gets 503)"), "GITHUB_WEBHOOK_SECRET", "32 random characters", is_felt=True),
        ),
        (
            settings.github_channel,
            Off(fixed("tickets from GitHub issues"), "CHARGEHAND_GITHUB_CHANNEL", "C012ABCDEF", is_felt=True),
        ),
        (settings.acts_on_github, Off(fixed("acting on GitHub"), "GITHUB_TOKEN", "ghp_…", is_felt=True)),
        (settings.admins, Off(fixed("a first admin"), "CHARGEHAND_ADMINS", "U012ABCDEF,ada@example.com")),
        (settings.reminders, Off(fixed("nudges, digests and reminders"), "CHARGEHAND_REMINDERS", "on")),
        (settings.backup_dir, Off(fixed("a backup every night"), "CHARGEHAND_BACKUP_DIR", "/var/backups/chargehand")),
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
        fields = {env_name(name): name for name in Settings.model_fields}
        lines = [_problem(item["loc"], item["msg"], fields) for item in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None
    except UnreadableError:
        raise SettingsError(
            "CHARGEHAND_LLM is no setting by itself; example: CHARGEHAND_LLM__LOCAL__KIND=openai_compatible"
        ) from None


def _problem(where: tuple[int | str, ...], message: str, fields: dict[str, str]) -> str:
    loc, *inside = map(str, where)
    field = fields.get(loc, loc)
    problem = message.removeprefix("Value error, ")
    if inside:
        return f"{'__'.join([env_name(field), *inside]).upper()} {problem[:1].lower()}{problem[1:]}"
    default = Settings.model_fields[field].default
    example = f"; example: {default}" if default not in (None, "") and "example" not in message else ""
    return f"{env_name(field)} {problem[:1].lower()}{problem[1:]}{example}"
