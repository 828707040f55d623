"""Which jobs an operator means: those of one kind, of one key, with these words in the error, made since then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, column, select, table, true

from storage.queue.jobs import jobs
from storage.repositories import Repository

_deliveries = table("deliveries", column("repo_id"), column("correlation_id"))  # storage.inbox imports this package


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """None chooses any. `repository`: what came of its events, and what was asked for it by name."""

    kind: str | None = None
    key: str | None = None
    repository: Repository | None = None
    error: str | None = None
    since: datetime | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        """The jobs that are all of that."""
        wanted: ColumnElement[bool] = true()
        for known, value in ((jobs.c.kind, self.kind), (jobs.c.key, self.key)):
            wanted = wanted if value is None else wanted & (known == value)
        wanted = wanted if self.repository is None else wanted & _concerns(self.repository)
        wanted = wanted if self.error is None else wanted & jobs.c.error_text.icontains(self.error, autoescape=True)
        return wanted if self.since is None else wanted & (jobs.c.created_at >= self.since)


ANY = Chosen()


def _concerns(repository: Repository) -> ColumnElement[bool]:
    """A repository's jobs: those that share a correlation id with one of its deliveries, or have it for a key."""
    told = select(_deliveries.c.correlation_id).where(_deliveries.c.repo_id == repository.github_id)
    own = (f"repo:{repository.id}", f"repo:{repository.full_name}")
    return jobs.c.correlation_id.in_(told) | jobs.c.key.in_(own)
