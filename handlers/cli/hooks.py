"""What `doctor` finds about GitHub: whether hooks have been in contact, and what they do not send."""

import asyncio
from pathlib import Path

from bot.finding import Finding, ok, warn
from bot.github import facts
from bot.settings import Settings
from storage.database import StorageError, open_database
from storage.migrate import WrongSchemaError, require_newest


async def check_hooks(settings: Settings) -> list[Finding]:
    """Each hook's last contact, as far as there is a database that knows of it."""
    if not settings.hears_github or not await asyncio.to_thread(is_ready, settings):
        return []
    async with open_database(settings.database, settings.connections) as db, db.read() as tx:
        contacts = await facts.contacts(tx)
        ranges = await facts.ranges(tx)
    findings = [_of_hook(hook_id, contact) for hook_id, contact in contacts.items()]
    if settings.knows_github_by_network and not ranges:
        says = "GitHub's networks are not known, so it has the rate of everybody else"
        findings.append(warn("networks", says, "start `serve` where it reaches GITHUB_API_URL, or name the networks"))
    return findings


def is_ready(settings: Settings) -> bool:
    """Whether there is a database to look into; what is wrong with it is said elsewhere."""
    if isinstance(settings.database, Path) and not settings.database.exists():
        return False
    try:
        require_newest(settings.database, settings.connections)
    except (WrongSchemaError, StorageError):
        return False
    return True


def _of_hook(hook_id: str, contact: facts.Contact) -> Finding:
    name = f"hook {hook_id}"
    if contact.missing:
        says = f"does not send {', '.join(contact.missing)}"
        return warn(name, says, "subscribe it to them at GitHub and let it ping again")
    return ok(name, f"last contact {contact.at:%Y-%m-%d %H:%M} UTC")
