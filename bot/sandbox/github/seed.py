"""The accounts and repositories that a sandbox GitHub starts with: Acme's, where Chargehand is installed."""

from dataclasses import dataclass, replace
from typing import Literal

Role = Literal["read", "triage", "write", "maintain", "admin"]
ROLES: tuple[Role, ...] = ("read", "triage", "write", "maintain", "admin")  # each may what the ones before it may

APP_ID = 4711
APP_SLUG = "chargehand"
APP_EVENTS = (
    *("issues", "issue_comment", "pull_request", "push", "check_run", "check_suite", "label", "member"),
    *("pull_request_review", "pull_request_review_comment", "repository", "status", "sub_issues"),
)
APP_PERMISSIONS = {
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
    "contents": "read",
    "actions": "read",
    "deployments": "read",
    "metadata": "read",
    "statuses": "read",
    "repository_hooks": "write",
    "organization_hooks": "write",
    "members": "read",
}


@dataclass(frozen=True)
class SeedRepository:
    """A repository and what people may do in it; `roles` are (login, role)."""

    full_name: str
    roles: tuple[tuple[str, Role], ...] = ()
    is_private: bool = True
    is_installed: bool = True  # whether the App may work here


@dataclass(frozen=True)
class Seed:
    """Everything a GitHub starts with; `plus` adds to it.

    `robot` is whose personal token there is. It and the `owners` may see to the organisation's webhooks.
    """

    organization: str
    people: tuple[str, ...]
    robot: str
    owners: tuple[str, ...]
    repositories: tuple[SeedRepository, ...]
    teams: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (slug, logins) of the organisation's teams

    def plus(self, *, people: tuple[str, ...] = (), repositories: tuple[SeedRepository, ...] = ()) -> "Seed":
        """The same GitHub with more people and repositories."""
        return replace(self, people=self.people + people, repositories=self.repositories + repositories)


def many_repositories(count: int) -> tuple[SeedRepository, ...]:
    """acme/r1, acme/r2, … that the default people work in, for load tests."""
    return tuple(SeedRepository(f"acme/r{number}", _TEAM) for number in range(1, count + 1))


_TEAM: tuple[tuple[str, Role], ...] = (
    *(("alice", "admin"), ("bob", "write"), ("carol", "write"), ("chargehand-robot", "admin")),
    *(("dave", "triage"), ("erin", "maintain"), ("frank", "read")),
)


def default_seed() -> Seed:
    """Acme's shop and payments (private), its public site, and a repository the App was not given."""
    return Seed(
        organization="acme",
        people=("alice", "bob", "carol", "dave", "erin", "frank", "mallory"),
        robot="chargehand-robot",
        owners=("alice",),
        repositories=(
            SeedRepository("acme/shop", _TEAM),
            SeedRepository("acme/payments", _TEAM),
            SeedRepository("acme/site", _TEAM, is_private=False),
            SeedRepository("acme/vault", (("alice", "admin"),), is_installed=False),
        ),
        teams=(("platform", ("alice", "bob", "carol")), ("payments", ("dave", "erin"))),
    )
