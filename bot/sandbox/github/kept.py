"""Repositories that outlive their process: issues, pulls, comments and labels come back from a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import TypeAdapter

from bot.sandbox.github.records import Account, Repository
from bot.sandbox.github.world import World
from bot.sandbox.keeping import keeping

REPOSITORIES = TypeAdapter(dict[int, Repository])


@asynccontextmanager
async def kept(world: World, path: Path) -> AsyncIterator[None]:
    """Bring back what is in the repositories, and keep it; webhooks and their deliveries begin anew."""
    _restore(world, path)
    async with keeping(path, lambda: REPOSITORIES.dump_json(world.repositories), pulse=lambda: world.pulse):
        yield


def _restore(world: World, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    world.number_from(int(world.now() * 1000))  # the bot has seen the ids of before
    if path.exists():
        for where in REPOSITORIES.validate_json(path.read_bytes()).values():
            if where.id in world.repositories:
                world.repositories[where.id] = _joined(world, where)


def _joined(world: World, where: Repository) -> Repository:
    """The repository, with this world's accounts and its own labels in all that is in it."""
    where.owner = _account(world, where.owner)
    for issue in where.present:
        issue.author, issue.closed_by = _maybe(world, issue.author), _maybe(world, issue.closed_by)
        issue.assignees = [_account(world, who) for who in issue.assignees]
        issue.labels = {key: where.labels.get(key, label) for key, label in issue.labels.items()}
        for comment in issue.comments.values():
            comment.author = _maybe(world, comment.author)
    return where


def _account(world: World, known: Account) -> Account:
    return world.accounts.get(known.login, known)


def _maybe(world: World, known: Account | None) -> Account | None:
    return _account(world, known) if known else None
