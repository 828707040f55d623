"""An issue gets labels that its repository has: GitHub would make a new one of a slip."""

from collections.abc import Sequence
from typing import Any

from agent.github.repositories import as_told
from agent.github.writing import missing
from bot.errors import UserError
from bot.github.client import GitHubClient
from bot.github.issues import label_names
from bot.messages import escape
from prompts.words import fixed, say
from storage.repositories import Repository

MOST_SHOWN = 20
UNKNOWN = fixed("{repository} has no label “{label}”. It has: {known}.")


async def check_labels(github: GitHubClient, *, row: Repository, labels: Sequence[str]) -> dict[str, Any]:
    """Let labels pass that are there, in whatever case; nothing of them is shown as it is now.

    Raises:
        UserError: one is not; names those there are. CallFailed: GitHub does not say.
    """
    known = await label_names(github, as_told(row))
    if unknown := missing(labels, known):
        shown = ", ".join(known[:MOST_SHOWN]) or "–"
        raise UserError(say(UNKNOWN, repository=row.full_name, label=escape(unknown[0]), known=escape(shown)))
    return {}
