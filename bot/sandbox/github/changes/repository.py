"""Repositories are renamed, transferred, archived and deleted; the App is given and loses them."""

from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Installation, Payload, Repository
from bot.sandbox.github.shapes.app import installation
from bot.sandbox.github.shapes.repository import short_repository


def rename(herald: Herald, where: Repository, name: str, *, by: Account) -> None:
    """Give it another name; the old one leads there until somebody takes it."""
    before, where.name = where.name, name
    herald.world.former_names[f"{where.owner.login}/{before}".lower()] = where.id
    _tell(herald, where, "renamed", by=by, changes={"repository": {"name": {"from": before}}})


def transfer(herald: Herald, where: Repository, owner: Account, *, by: Account) -> None:
    """Give it to somebody else; the App keeps it only if it is installed there too."""
    herald.world.former_names[where.full_name.lower()] = where.id
    before, where.owner = where.owner, owner
    where.roles[owner.login] = "admin"
    for each in herald.world.installations.values():
        if where.id in each.repository_ids and each.account is not owner:
            _take(herald, each, where, by=by)
        elif each.account is owner:
            each.repository_ids.add(where.id)
    kind = "organization" if before.kind == "Organization" else "user"
    was = {"login": before.login, "id": before.id, "type": before.kind}
    _tell(herald, where, "transferred", by=by, changes={"owner": {"from": {kind: was}}})


def archive(herald: Herald, where: Repository, *, by: Account) -> None:
    """Make it read-only."""
    where.is_archived = True
    _tell(herald, where, "archived", by=by)


def delete(herald: Herald, where: Repository, *, by: Account) -> None:
    """Remove it with all that is in it."""
    _tell(herald, where, "deleted", by=by)
    del herald.world.repositories[where.id]
    for each in herald.world.installations.values():
        each.repository_ids.discard(where.id)


def _tell(herald: Herald, where: Repository, action: str, *, by: Account, **extra: object) -> None:
    where.updated_at = herald.world.now()
    herald.tell(where, "repository", {"action": action} | extra, by=by)


def give(herald: Herald, where: Repository, *, by: Account) -> None:
    """Let the App work here, where it is installed already."""
    holder = next(one for one in herald.world.installations.values() if one.account is where.owner)
    holder.repository_ids.add(where.id)
    _repositories_changed(herald, holder, by=by, added=[where])


def take(herald: Herald, where: Repository, *, by: Account) -> None:
    """Take it away from the App."""
    for holder in herald.world.installations.values():
        if where.id in holder.repository_ids:
            _take(herald, holder, where, by=by)


def _take(herald: Herald, holder: Installation, where: Repository, *, by: Account) -> None:
    holder.repository_ids.discard(where.id)
    _repositories_changed(herald, holder, by=by, removed=[where])


def _repositories_changed(
    herald: Herald,
    holder: Installation,
    *,
    by: Account,
    added: list[Repository] | None = None,
    removed: list[Repository] | None = None,
) -> None:
    told: Payload = {
        "action": "added" if added else "removed",
        "installation": installation(herald.world.url, holder),
        "repository_selection": "selected",
        "repositories_added": [short_repository(one) for one in added or ()],
        "repositories_removed": [short_repository(one) for one in removed or ()],
        "requester": None,
    }
    herald.tell_app("installation_repositories", told, by=by, installation=holder)


def install(herald: Herald, account: Account, repositories: list[Repository], *, by: Account) -> Installation:
    """Install the App on another account."""
    new = herald.world.install(account, {one.id for one in repositories})
    _installation(herald, new, "created", by=by)
    return new


def uninstall(herald: Herald, which: Installation, *, by: Account) -> None:
    """Remove the App from an account."""
    _installation(herald, which, "deleted", by=by)
    del herald.world.installations[which.id]


def suspend(herald: Herald, which: Installation, *, by: Account) -> None:
    """Keep the App installed but let it do nothing."""
    which.suspended_at = herald.world.now()
    _installation(herald, which, "suspend", by=by)


def unsuspend(herald: Herald, which: Installation, *, by: Account) -> None:
    """Let it work again."""
    which.suspended_at = None
    _installation(herald, which, "unsuspend", by=by)


def _installation(herald: Herald, which: Installation, action: str, *, by: Account) -> None:
    there = [herald.world.repositories[one] for one in sorted(which.repository_ids)]
    told: Payload = {
        "action": action,
        "installation": installation(herald.world.url, which),
        "repositories": [short_repository(one) for one in there],
        "requester": None,
    }
    herald.tell_app("installation", told, by=by, installation=which)
