"""A look at GitHub: the repository that is meant, then what is asked of it; a failure in words."""

from collections.abc import Awaitable, Callable

from agent.github.failing import words_of
from agent.github.which import repository_for
from agent.kit.world import Scope
from bot.errors import UserError
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from storage.repositories import Repository

ANY = "any"  # of what a model has to give a value for
LOG_SECONDS = 30.0

Ask = Callable[[GitHubClient, Repository], Awaitable[str]]


async def found(scope: Scope, repository: str, ask: Ask) -> str:
    """Choose the repository first, then ask GitHub outside of any transaction."""
    async with scope.world.reading() as desk:
        which = await repository_for(desk, repository, ticket_id=scope.thread_ticket, asked=scope.asked)
    try:
        return await ask(scope.world.github.for_a_person(), which.row)
    except CallFailed as failed:
        raise UserError(words_of(failed, which.row.full_name)) from failed
