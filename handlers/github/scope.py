"""A hook's own secret speaks of its repository or its organisation's alone, by id and name.

Both are held against what is known here. The event's name is not signed, so whoever has the secret may send any.
"""

from bot.github.payload import Payload, dig, number, text
from storage import repositories
from storage.database import Database
from storage.repositories import Repository
from storage.webhook_secrets import WebhookSecret

OF_APPS = "installation"  # such events name repositories anywhere, and hooks of repositories never send them


async def is_in_scope(db: Database, record: WebhookSecret, event: str, payload: Payload) -> bool:
    """Whether an event that this secret has signed may be believed."""
    told_id, name = number(payload, "repository", "id"), text(payload, "repository", "full_name")
    async with db.read() as tx:
        known = await repositories.by_github_id(tx, told_id) if told_id else None
        namesake = await repositories.named(tx, name) if name else None
    installations = (None, known.installation_id if known else None)
    if event.startswith(OF_APPS) or dig(payload, "installation", "id") not in installations:
        return False
    if namesake and namesake.github_id != told_id and not namesake.is_gone:
        return False
    kind, _, scope = record.scope.partition(":")
    if kind == "org":
        return _is_of(scope, payload, known)
    if not told_id or not name:
        return False
    if record.github_id is not None:
        return told_id == record.github_id
    return name.lower() == scope and (known is None or known.full_name.lower() == scope)


def _is_of(login: str, payload: Payload, known: Repository | None) -> bool:
    owners = [text(payload, "organization", "login")]
    if dig(payload, "repository") is not None:
        name = text(payload, "repository", "full_name")
        owners += [name and name.partition("/")[0], text(payload, "repository", "owner", "login")]
        if not name or number(payload, "repository", "id") is None:
            return False
    owners += [known.owner] if known else []
    return any(owners) and all(owner is None or owner.lower() == login for owner in owners)
