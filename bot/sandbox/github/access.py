"""Who may do what: a route names the permission it needs, and whoever lacks it is told so in GitHub's words."""

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.github.keys import Caller
from bot.sandbox.github.records import Repository
from bot.sandbox.github.refusals import ApiError, not_found
from bot.sandbox.github.seed import ROLES, Role

Level = Literal["read", "write"]
NO_JWT = "A JSON web token could not be decoded"
INSTALLATION_ONLY = "You must authenticate with an installation access token in order to list repositories"
NO_INTEGRATION = "Resource not accessible by integration"


@dataclass(frozen=True)
class Need:
    """What a caller must hold: an App this permission, a person this role in the repository."""

    permission: str
    level: Level = "read"
    role: Role = "read"


def may_see(caller: Caller, where: Repository) -> bool:
    """Whether the repository exists for this caller."""
    if not where.is_private:
        return True
    if caller.kind == "user":
        return caller.name in where.roles
    return caller.kind == "installation" and caller.holds(where)


def check(caller: Caller, where: Repository, need: Need) -> None:
    """Let the caller pass.

    Raises:
        ApiError: 404 for what it may not see, 401 and 403 for what it may not do.
    """
    if not may_see(caller, where):
        raise not_found()
    writes = need.level == "write"
    if caller.kind == "nobody" and (writes or need.role != "read"):
        raise ApiError(401, "Requires authentication")
    if caller.kind == "user":
        _check_role(where.roles.get(caller.name, "read"), need)
    if caller.kind == "installation":
        _check_permission(caller, where, need)
    if writes and where.is_archived:
        raise ApiError(403, "Repository was archived so is read-only.")


def _check_role(role: Role, need: Need) -> None:
    if ROLES.index(role) < ROLES.index(need.role):
        raise not_found() if need.role == "admin" else ApiError(403, "Must have push access to repository")


def _check_permission(caller: Caller, where: Repository, need: Need) -> None:
    held = caller.permissions.get(need.permission, "")
    is_open = not where.is_private and need.level == "read" and need.role == "read"
    is_granted = caller.holds(where) and (held in ("write", need.level))
    if not (is_granted or is_open):
        headers = {"x-accepted-github-permissions": f"{need.permission}={need.level}"}
        raise ApiError(403, NO_INTEGRATION, headers=headers)


def check_kind(caller: Caller, kind: str) -> None:
    """Let only this kind of caller pass: `app`, `installation` or `user`.

    Raises:
        ApiError: 401 or 403.
    """
    if caller.kind == kind:
        return
    if kind == "app":
        raise ApiError(401, NO_JWT)
    if caller.kind == "nobody":
        raise ApiError(401, "Requires authentication")
    raise ApiError(403, INSTALLATION_ONLY if kind == "installation" else NO_INTEGRATION)


def check_organization(caller: Caller, owners: set[str], level: Level, *, permission: str) -> None:
    """Let pass who may see to the organisation: an App with this permission, an owner.

    Raises:
        ApiError: 403 for an App without the permission, 404 for everybody else.
    """
    if caller.kind == "installation":
        if caller.permissions.get(permission) not in ("write", level):
            raise ApiError(403, NO_INTEGRATION)
    elif caller.kind != "user" or caller.name not in owners:
        raise not_found()
