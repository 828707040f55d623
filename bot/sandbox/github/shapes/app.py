"""The App and its installations as JSON."""

from bot.sandbox.github.records import Installation, Payload, stamp
from bot.sandbox.github.seed import APP_EVENTS, APP_ID, APP_PERMISSIONS, APP_SLUG
from bot.sandbox.github.shapes.account import account
from bot.sandbox.github.shapes.issue import performed_via_app
from bot.sandbox.github.world import World


def app(world: World) -> Payload:
    """The App as it sees itself."""
    shown = performed_via_app(world.url, world.app_bot) or {}
    about = {"permissions": APP_PERMISSIONS, "events": list(APP_EVENTS)}
    return shown | about | {"installations_count": len(world.installations)}


def installation(url: str, one: Installation) -> Payload:
    """Where it is installed."""
    return {
        "id": one.id,
        "account": account(url, one.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{url}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{url}/installation/repositories",
        "html_url": f"{url}/settings/installations/{one.id}",
        "app_id": APP_ID,
        "app_slug": APP_SLUG,
        "target_id": one.account.id,
        "target_type": one.account.kind,
        "permissions": one.permissions,
        "events": list(APP_EVENTS),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_at": None if one.suspended_at is None else stamp(one.suspended_at),
        "suspended_by": None,
    }
