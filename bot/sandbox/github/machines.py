"""What machines do on GitHub: checks report on commits, workflows run, and commits are deployed."""

from collections.abc import Mapping

from bot.sandbox.github.changes import check, deployment
from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Repository
from bot.sandbox.github.runs import Conclusion, Deployment, DeploymentState, WorkflowRun

NO_LOGS: Mapping[str, str] = {}


class MachineSide:
    """In the name of the App's own account. `repo` is a name such as `acme/shop`; what comes back is live."""

    def __init__(self, herald: Herald) -> None:
        self.herald = herald
        self.world = herald.world

    def check(
        self,
        repo: str,
        sha: str,
        *,
        name: str = "build",
        conclusion: Conclusion | None = "success",
        summary: str | None = None,
    ) -> None:
        """Let a check on a commit end, or begin when there is no conclusion."""
        where, who = self._at(repo, self.world.app_bot.login)
        check.check(self.herald, where, by=who, sha=sha, name=name, conclusion=conclusion, summary=summary)

    def run_workflow(
        self,
        repo: str,
        branch: str,
        jobs: Mapping[str, Mapping[str, Conclusion]],
        *,
        name: str = "CI",
        logs: Mapping[str, str] = NO_LOGS,
    ) -> WorkflowRun:
        """Let Actions run: job -> step -> how it ended, and the logs of jobs."""
        where, who = self._at(repo, self.world.app_bot.login)
        return check.run_workflow(self.herald, where, by=who, branch=branch, name=name, jobs=jobs, logs=logs)

    def deploy(
        self, repo: str, branch: str, environment: str, *, state: DeploymentState = "success", url: str = ""
    ) -> Deployment:
        """Say how far the newest commit of a branch is in an environment, and where it runs."""
        where = self.world.repository(repo)
        return deployment.deploy(self.herald, where, branch=branch, environment=environment, state=state, url=url)

    def _at(self, repo: str, by: str) -> tuple[Repository, Account]:
        return self.world.repository(repo), self.world.account(by)
