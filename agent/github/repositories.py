"""A repository is known from its first event on, and keeps its settings when it is renamed or moved."""

from agent.desk import Desk
from bot.events import GitHubRepository, InstallationEvent, RepositoryEvent
from storage import repositories, webhook_secrets
from storage.repositories import Repository

LEFT = {"deleted", "suspend"}  # of an installation: the App sees its repositories no more


async def seen(desk: Desk, told: GitHubRepository) -> Repository:
    """The row of a repository, made or brought up to date."""
    known = await repositories.by_github_id(desk.tx, told.github_id)
    if known is None:
        known = Repository(
            workspace_id=desk.workspace_id,
            github_id=told.github_id,
            host=told.host,
            full_name=told.full_name,
            created_at=desk.now,
        )
        desk.tx.add(known)
        await desk.tx.flush()
        await webhook_secrets.pin(desk.tx, f"repo:{told.full_name.lower()}", told.github_id)
    if known.full_name != told.full_name:
        before, known.full_name = known.full_name, told.full_name
        await webhook_secrets.pin(desk.tx, f"repo:{before.lower()}", told.github_id)
        desk.audit("rename", "repository", known.id, before={"name": before}, after={"name": told.full_name})
    known.installation_id = told.installation_id or known.installation_id
    return known


async def refused(desk: Desk, github_id: int | None) -> str:
    """Why news of a repository is not heard, or nothing."""
    known = await repositories.by_github_id(desk.tx, github_id) if github_id else None
    return "the repository is disconnected" if known and known.disconnected_at else ""


def as_told(known: Repository) -> GitHubRepository:
    """A repository as the client asks for it."""
    return GitHubRepository(
        github_id=known.github_id,
        full_name=known.full_name,
        host=known.host,
        installation_id=known.installation_id,
    )


async def hear_repository(desk: Desk, event: RepositoryEvent) -> str:
    """Follow a rename or a transfer, and stop counting on a repository that is deleted."""
    known = await seen(desk, event.repository)
    if event.action == "deleted":
        _lose(desk, known)
    else:
        _set_gone(desk, known, is_gone=False)
    return ""


async def hear_installation(desk: Desk, event: InstallationEvent) -> str:
    """Follow where the App is installed, and which repositories it may see."""
    for told in event.added:
        _set_gone(desk, await seen(desk, told), is_gone=event.action in LEFT)
    for told in event.removed:
        _lose(desk, await seen(desk, told))
    if event.action in {*LEFT, "unsuspend"}:
        for known in await repositories.installed(desk.tx, event.installation_id):
            _set_gone(desk, known, is_gone=event.action in LEFT)
    return ""


def _lose(desk: Desk, known: Repository) -> None:
    """It is no part of the installation any more, so it does not come back with it."""
    known.installation_id = None
    _set_gone(desk, known, is_gone=True)


def _set_gone(desk: Desk, known: Repository, *, is_gone: bool) -> None:
    if known.is_gone != is_gone:
        before, known.is_gone = known.is_gone, is_gone
        desk.audit("access", "repository", known.id, before={"is_gone": before}, after={"is_gone": is_gone})
