"""What GitHub keeps: accounts, repositories, issues, pulls, comments, labels and installations."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from bot.sandbox.github.runs import CheckRun, Deployment, WorkflowRun
from bot.sandbox.github.seed import Role

Payload = dict[str, Any]


def stamp(seconds: float) -> str:
    """A moment as GitHub writes it, in whole seconds: `2027-01-15T08:00:00Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(eq=False)
class Account:
    """A person, an organisation or an App's bot."""

    id: int
    login: str
    kind: Literal["User", "Organization", "Bot"]
    created_at: float


@dataclass(eq=False)
class Label:
    """A label of one repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(eq=False)
class Comment:
    """One remark under an issue or a pull; no author is a deleted account."""

    id: int
    author: Account | None
    body: str
    created_at: float
    updated_at: float


@dataclass(eq=False)
class Branches:
    """What makes an issue a pull: where its commits are and where they go."""

    id: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    is_draft: bool = False
    merged_at: float | None = None
    reviewers: list[Account] = field(default_factory=list)  # who is asked and has not answered


@dataclass(eq=False)
class Issue:
    """An issue or, when it has `branches`, a pull: both share numbers, comments and labels."""

    id: int
    number: int
    author: Account | None
    title: str
    body: str | None
    created_at: float
    updated_at: float
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: float | None = None
    closed_by: Account | None = None
    is_locked: bool = False
    labels: dict[str, Label] = field(default_factory=dict)  # by lower-case name
    assignees: list[Account] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)
    branches: Branches | None = None

    @property
    def is_pull(self) -> bool:
        """Whether this is a pull."""
        return self.branches is not None


@dataclass(eq=False)
class Repository:
    """A repository. Its id stays when its name or owner changes; issues that were deleted or moved are None."""

    id: int
    owner: Account
    name: str
    is_private: bool
    created_at: float
    updated_at: float
    pushed_at: float
    roles: dict[str, Role]
    has_issues: bool = True
    is_archived: bool = False
    default_branch: str = "main"
    heads: dict[str, str] = field(default_factory=dict)  # branch -> sha
    labels: dict[str, Label] = field(default_factory=dict)  # by lower-case name
    issues: dict[int, Issue | None] = field(default_factory=dict)  # by number, pulls included
    moved: dict[int, str] = field(default_factory=dict)  # number of an issue -> the path that it has by now
    trees: dict[str, dict[str, str]] = field(default_factory=dict)  # sha -> path -> text, where files are known
    checks: list[CheckRun] = field(default_factory=list)
    runs: list[WorkflowRun] = field(default_factory=list)  # of Actions, oldest first
    deployments: list[Deployment] = field(default_factory=list)  # oldest first

    @property
    def full_name(self) -> str:
        """`owner/name`, as it is now."""
        return f"{self.owner.login}/{self.name}"

    def tree(self, ref: str) -> dict[str, str]:
        """The files at a branch or commit; none where none were ever pushed."""
        return self.trees.get(self.heads.get(ref, ref), {})

    @property
    def present(self) -> list[Issue]:
        """Issues and pulls that were not deleted, oldest first."""
        return [issue for issue in self.issues.values() if issue]


@dataclass(eq=False)
class Installation:
    """Where the App is installed, and what it may do there."""

    id: int
    account: Account
    repository_ids: set[int]
    permissions: dict[str, str]
    created_at: float
    suspended_at: float | None = None
