"""What GitHub keeps of work on commits: checks, and the runs of Actions with their jobs, steps and logs."""

from dataclasses import dataclass, field
from typing import Literal

Conclusion = Literal["success", "failure", "neutral", "cancelled", "timed_out", "action_required", "skipped"]


@dataclass(eq=False)
class CheckRun:
    """A check on a commit; without a conclusion it is still running."""

    id: int
    name: str
    head_sha: str
    conclusion: Conclusion | None
    at: float
    title: str | None = None
    summary: str | None = None

    @property
    def status(self) -> str:
        """GitHub's word for how far it is."""
        return "completed" if self.conclusion else "in_progress"


DeploymentState = Literal["error", "failure", "inactive", "pending", "success", "queued", "in_progress"]


@dataclass(eq=False)
class DeploymentStatus:
    """How far a deployment was at a moment, and where it ran."""

    id: int
    state: DeploymentState
    url: str
    at: float


@dataclass(eq=False)
class Deployment:
    """A commit on its way to an environment; `statuses` oldest first."""

    id: int
    environment: str
    ref: str
    sha: str
    at: float
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(eq=False)
class WorkflowJob:
    """A job of a run; its check has the same id. `steps`: name -> how it ended."""

    id: int
    name: str
    steps: dict[str, Conclusion]
    log: str

    @property
    def conclusion(self) -> Conclusion:
        """A failure when one of its steps is."""
        return "failure" if "failure" in self.steps.values() else "success"


@dataclass(eq=False)
class WorkflowRun:
    """A finished run of a workflow."""

    id: int
    number: int
    name: str
    branch: str
    head_sha: str
    at: float
    event: str = "pull_request"
    jobs: list[WorkflowJob] = field(default_factory=list)

    @property
    def conclusion(self) -> Conclusion:
        """A failure when one of its jobs is."""
        return "failure" if any(job.conclusion == "failure" for job in self.jobs) else "success"
