"""What is remembered of GitHub: where its webhooks come from, who we are there, and each hook's last ping."""

import json
from dataclasses import dataclass
from datetime import datetime

from storage import settings_kv
from storage.database import Tx

RANGES, LOGIN, HOOK = "github.hook_ranges", "github.login", "github.hook:"  # keys of settings_kv


@dataclass(frozen=True)
class Contact:
    """When a hook was last tried, and which of the events that we need it does not send."""

    at: datetime
    missing: tuple[str, ...]


async def remember(tx: Tx, *, ranges: list[str], login: str, workspace_id: str) -> None:
    """Keep what GitHub said."""
    await settings_kv.put(tx, "", RANGES, json.dumps(ranges), workspace_id=workspace_id)
    await settings_kv.put(tx, "", LOGIN, login, workspace_id=workspace_id)


async def ranges(tx: Tx) -> list[str] | None:
    """The networks of GitHub's webhooks; None when they were never asked for."""
    kept = await settings_kv.get(tx, "", RANGES)
    return None if kept is None else list(json.loads(kept))


async def login(tx: Tx) -> str:
    """The login whose events are our own echo; empty when nobody is known."""
    return await settings_kv.get(tx, "", LOGIN) or ""


async def remember_contact(tx: Tx, hook_id: str, contact: Contact, *, workspace_id: str) -> None:
    """A hook was tried."""
    kept = json.dumps({"at": contact.at.isoformat(), "missing": contact.missing})
    await settings_kv.put(tx, "", f"{HOOK}{hook_id}", kept, workspace_id=workspace_id)


async def contacts(tx: Tx) -> dict[str, Contact]:
    """Hook id -> last contact."""
    found = {}
    for key in await settings_kv.keys(tx, "", HOOK):
        kept = json.loads(await settings_kv.get(tx, "", key) or "{}")
        contact = Contact(datetime.fromisoformat(kept["at"]), tuple(kept["missing"]))
        found[key.removeprefix(HOOK)] = contact
    return found
