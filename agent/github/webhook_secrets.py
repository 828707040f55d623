"""A hook can have a secret of its own: made, rotated without a refused delivery, retired."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.desk import Desk
from agent.github.repositories import as_told
from bot.errors import UserError
from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.mailbox import hooks, set_hook_secret
from storage import inbox, repositories, webhook_secrets
from storage.webhook_secrets import Vault, WebhookSecret

GRACE = timedelta(hours=24)
_SCOPE = re.compile(r"repo:[\w.-]+/[\w.-]+|org:[\w-]+", re.ASCII)
NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True)
class Issued:
    """A new secret, to be shown this once."""

    record: WebhookSecret
    secret: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A secret as it may be shown; `last_use` is None when no delivery has come with it."""

    record: WebhookSecret
    state: str
    last_use: datetime | None


async def create(desk: Desk, scope: str, *, hook_id: int | None = None) -> Issued:
    """The first secret of a repository (`repo:OWNER/NAME`) or organisation (`org:LOGIN`).

    Raises:
        UserError: there is one already, the scope cannot be one, or secrets cannot be kept.
    """
    scope = _checked(scope)
    if await webhook_secrets.of_scope(desk.tx, scope, now=desk.now):
        raise UserError(f"{scope} has a secret; `webhook secret rotate` gives it a new one.")
    return await _issue(desk, scope, hook_key=secrets.token_urlsafe(9), hook_id=hook_id)


async def rotate(desk: Desk, scope: str, *, grace: timedelta = GRACE) -> Issued:
    """A new secret that counts at once; the old ones count until the grace ends.

    Raises:
        UserError: there is none to replace.
    """
    scope = _checked(scope)
    old = await webhook_secrets.of_scope(desk.tx, scope, now=desk.now)
    if not old:
        raise UserError(f"{scope} has no secret yet; `webhook secret create` makes one.")
    for record in old:
        _end(desk, record, at=desk.now + grace, why="rotated")
    newest = old[0]
    return await _issue(desk, scope, hook_key=newest.hook_key, hook_id=newest.hook_id, github_id=newest.github_id)


async def retire(desk: Desk, secret_id: int) -> WebhookSecret:
    """End a secret now.

    Raises:
        UserError: there is none of that number.
    """
    record = await webhook_secrets.by_id(desk.tx, secret_id)
    if record is None:
        raise UserError(f"There is no secret {secret_id}; `webhook secret list` shows them.")
    _end(desk, record, at=desk.now, why="retired")
    return record


async def listing(desk: Desk) -> list[Listed]:
    """Every secret, the ended ones too, newest first; never a value."""
    used = await inbox.last_uses(desk.tx)
    return [
        Listed(record=record, state=_state(record, desk.now), last_use=used.get(record.id))
        for record in await webhook_secrets.everything(desk.tx)
    ]


async def repository_of(desk: Desk, issued: Issued) -> GitHubRepository:
    """The repository whose hook a secret is for.

    Raises:
        UserError: it is an organisation's, or no event has come from the repository yet.
    """
    kind, _, name = issued.record.scope.partition(":")
    if kind != "repo":
        raise UserError(
            f"--push is for hooks of repositories: rotate that of {name} without it, and set the secret there by hand."
        )
    pinned = issued.record.github_id
    known = await (repositories.by_github_id(desk.tx, pinned) if pinned else repositories.named(desk.tx, name))
    if known is None:
        raise UserError(
            f"No event has come from {name} yet, so its hook is not known: rotate without --push, and set the secret "
            "at GitHub by hand."
        )
    return as_told(known)


async def push(github: GitHubClient, repository: GitHubRepository, issued: Issued) -> int:
    """Set the secret at GitHub; returns the hook's id.

    Raises:
        UserError: the repository has no hook that delivers to us.
        CallFailed: GitHub did not take it.
    """
    mine = (issued.record.hook_id, f"/webhooks/github/{issued.record.hook_key}")
    there = await hooks(github, repository)
    ours = [hook for hook in there if hook.hook_id == mine[0] or hook.url.endswith(mine[1])]
    if len(ours) != 1:
        raise UserError(f"{repository.full_name} has {len(ours)} hooks that deliver to …{mine[1]}; one is needed.")
    await set_hook_secret(github, repository, ours[0].hook_id, issued.secret)
    return ours[0].hook_id


def _checked(scope: str) -> str:
    if not _SCOPE.fullmatch(scope):
        kind, _, name = scope.partition(":")
        is_one = "no repository: write --repo OWNER/NAME" if kind == "repo" else "no organisation: write --org LOGIN"
        raise UserError(f"“{name[:60]}” is {is_one}.")
    return scope.lower()


async def _issue(desk: Desk, scope: str, *, hook_key: str, hook_id: int | None, github_id: int | None = None) -> Issued:
    """A secret for a repository's id, as soon as that is known."""
    if not desk.settings.vault_keys:
        raise UserError(f"CHARGEHAND_SECRET_KEYS is not set, so no secret can be kept; make a key with `{NEW_KEY}`.")
    kind, _, name = scope.partition(":")
    if github_id is None and kind == "repo" and (known := await repositories.named(desk.tx, name)):
        github_id = known.github_id
    secret = secrets.token_urlsafe(32)
    record = WebhookSecret(
        workspace_id=desk.workspace_id,
        scope=scope,
        github_id=github_id,
        hook_key=hook_key,
        hook_id=hook_id,
        sealed=Vault(desk.settings.vault_keys).seal(secret),
        created_at=desk.now,
    )
    desk.tx.add(record)
    await desk.tx.flush()
    desk.audit("create", "webhook_secret", record.id, before={}, after={"scope": scope})
    return Issued(record, secret)


def _end(desk: Desk, record: WebhookSecret, *, at: datetime, why: str) -> None:
    if record.expires_at is not None and record.expires_at <= at:
        return
    before, record.expires_at = record.expires_at, at
    was = {"until": before.isoformat() if before else None}
    desk.audit(why, "webhook_secret", record.id, before=was, after={"until": at.isoformat()})


def _state(record: WebhookSecret, now: datetime) -> str:
    if record.expires_at is None:
        return "valid"
    return "ended" if record.expires_at <= now else f"valid until {record.expires_at:%Y-%m-%d %H:%M} UTC"
