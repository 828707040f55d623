"""Whether the emoji that the settings name are there: Slack lists its own and those of the workspace."""

from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from slack_sdk.web.async_client import AsyncWebClient

from bot.finding import Finding, ok, warn
from bot.settings import Settings
from bot.slack.client import CallFailed, answer

WHAT = "emoji"
NEAR = 3


def named(settings: Settings) -> dict[str, str]:
    """Name of an emoji -> the setting that names it, of those settings that somebody has changed."""
    fields = {"status_emoji": settings.emoji.values(), "absence_emoji": settings.emoji_of_absence}
    usual = type(settings).model_fields
    changed = [field for field in fields if getattr(settings, field) != usual[field].default]
    return {name: f"CHARGEHAND_{field.upper()}" for field in changed for name in fields[field]}


async def check_emoji(client: AsyncWebClient, settings: Settings) -> list[Finding]:
    """A finding for each that is not there; none where the settings are the usual ones."""
    wanted = named(settings)
    if not wanted:
        return []
    try:
        said = await answer(client.emoji_list(include_categories=True))
    except CallFailed as failure:
        return [warn(WHAT, f"not checked: {failure}", "look at the app's scopes: it needs emoji:read for that")]
    standard = {str(name) for group in said.get("categories") or [] for name in group.get("emoji_names") or []}
    if not standard:
        return [warn(WHAT, "not checked: Slack did not list its own", "try the names in a message in Slack")]
    known = standard | set(said.get("emoji") or {})
    missing = {name: setting for name, setting in wanted.items() if name.partition("::")[0] not in known}
    if not missing:
        return [ok(WHAT, f"all {len(wanted)} of the settings are there")]
    return [_missing(setting, name, known) for name, setting in missing.items()]


def _missing(setting: str, name: str, known: AbstractSet[str]) -> Finding:
    near = ", ".join(f":{one}:" for one in get_close_matches(name, sorted(known), n=NEAR))
    instead = f"write the name that Slack shows for it{f', perhaps {near}' if near else ''}"
    return warn(setting, f"Slack lists no emoji :{name}:", instead)
