"""Every call the sandbox answers: its path as GitHub's description writes it, who may call it, what answers."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.github.access import Need
from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.rest import (
    apps,
    checks,
    code,
    comments,
    deployments,
    hooks,
    issues,
    pulls,
    repositories,
    search,
    teams,
)

REPO = "/repos/{owner}/{repo}"
ISSUE = f"{REPO}/issues/{{issue_number}}"
COMMENT = f"{REPO}/issues/comments/{{comment_id}}"
PULL = f"{REPO}/pulls/{{pull_number}}"
HOOK = "/hooks/{hook_id}"


@dataclass(frozen=True)
class Route:
    """One method of one path. Below a repository `need` says what it takes, elsewhere `kind` who may call."""

    method: str
    template: str
    run: Callable[[Ask], Answer]
    need: Need | None = None
    kind: str | None = None
    is_free: bool = False  # not counted against the hour
    of_organization: str = "organization_hooks"  # the permission that it takes below an organisation

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


SEE = Need("metadata")
READ = Need("issues")
SPEAK = Need("issues", "write")
TRIAGE = Need("issues", "write", "triage")
ARRANGE = Need("issues", "write", "write")
PULLS = Need("pull_requests")
ASK = Need("pull_requests", "write")
CONTENTS = Need("contents")
CHECKS = Need("checks")
ACTIONS = Need("actions")
DEPLOYMENTS = Need("deployments")
LOOK = Need("repository_hooks", "read", "admin")
HOOKS = Need("repository_hooks", "write", "admin")


def _hooks(home: str, *, look: Need | None, change: Need | None) -> tuple[Route, ...]:
    one, attempt = home + HOOK, home + HOOK + "/deliveries/{delivery_id}"
    return (
        Route("GET", home + "/hooks", hooks.list_all, look),
        Route("POST", home + "/hooks", hooks.create, change),
        Route("GET", one, hooks.get, look),
        Route("PATCH", one, hooks.update, change),
        Route("DELETE", one, hooks.delete, change),
        Route("POST", one + "/pings", hooks.ping, look),
        Route("GET", one + "/config", hooks.get_config, look),
        Route("PATCH", one + "/config", hooks.update_config, change),
        Route("GET", one + "/deliveries", hooks.deliveries, look),
        Route("GET", attempt, hooks.get_delivery, look),
        Route("POST", attempt + "/attempts", hooks.redeliver, change),
    )


ROUTES: tuple[Route, ...] = (
    Route("GET", REPO, repositories.get, SEE),
    Route("GET", REPO + "/installation", repositories.its_installation, kind="app"),
    Route("GET", REPO + "/collaborators/{username}/permission", repositories.permission, SEE),
    Route("GET", REPO + "/assignees", issues.assignees, SEE),
    Route("GET", REPO + "/assignees/{assignee}", issues.check_assignee, SEE),
    Route("GET", REPO + "/labels", repositories.labels, READ),
    Route("POST", REPO + "/labels", repositories.create_label, ARRANGE),
    Route("GET", REPO + "/labels/{name}", repositories.get_label, READ),
    Route("PATCH", REPO + "/labels/{name}", repositories.update_label, ARRANGE),
    Route("DELETE", REPO + "/labels/{name}", repositories.delete_label, ARRANGE),
    Route("GET", REPO + "/issues", issues.list_all, READ),
    Route("POST", REPO + "/issues", issues.create, SPEAK),
    Route("GET", REPO + "/issues/comments", comments.list_all, READ),
    Route("GET", COMMENT, comments.get, READ),
    Route("PATCH", COMMENT, comments.update, ARRANGE),
    Route("DELETE", COMMENT, comments.delete, ARRANGE),
    Route("GET", ISSUE, issues.get, READ),
    Route("PATCH", ISSUE, issues.update, SPEAK),
    Route("GET", ISSUE + "/comments", comments.list_under_one, READ),
    Route("POST", ISSUE + "/comments", comments.create, SPEAK),
    Route("GET", ISSUE + "/labels", issues.labels, READ),
    Route("POST", ISSUE + "/labels", issues.add_labels, TRIAGE),
    Route("PUT", ISSUE + "/labels", issues.set_labels, TRIAGE),
    Route("DELETE", ISSUE + "/labels/{name}", issues.remove_label, TRIAGE),
    Route("POST", ISSUE + "/assignees", issues.add_assignees, TRIAGE),
    Route("DELETE", ISSUE + "/assignees", issues.remove_assignees, TRIAGE),
    Route("GET", REPO + "/pulls", pulls.list_all, PULLS),
    Route("GET", PULL, pulls.get, PULLS),
    Route("PATCH", PULL, pulls.update, ASK),
    Route("GET", PULL + "/files", pulls.files, PULLS),
    Route("GET", PULL + "/requested_reviewers", pulls.requested_reviewers, PULLS),
    Route("POST", PULL + "/requested_reviewers", pulls.request_reviewers, ASK),
    Route("GET", REPO + "/contents/{path}", code.contents, CONTENTS),
    Route("GET", REPO + "/commits/{ref}/check-runs", checks.of_commit, CHECKS),
    Route("GET", REPO + "/actions/runs", checks.runs, ACTIONS),
    Route("GET", REPO + "/actions/runs/{run_id}", checks.run, ACTIONS),
    Route("GET", REPO + "/actions/runs/{run_id}/jobs", checks.jobs, ACTIONS),
    Route("GET", REPO + "/actions/jobs/{job_id}", checks.job, ACTIONS),
    Route("GET", REPO + "/actions/jobs/{job_id}/logs", checks.log, ACTIONS),
    Route("GET", REPO + "/deployments", deployments.list_all, DEPLOYMENTS),
    Route("GET", REPO + "/deployments/{deployment_id}/statuses", deployments.statuses, DEPLOYMENTS),
    Route("GET", "/search/issues", search.issues),
    Route("GET", "/search/code", search.code),
    *_hooks(REPO, look=LOOK, change=HOOKS),
    *_hooks("/orgs/{org}", look=None, change=None),
    Route("GET", "/orgs/{org}/teams/{team_slug}/members", teams.members, of_organization="members"),
    Route("GET", "/app", apps.get, kind="app"),
    Route("GET", "/app/installations", apps.installations, kind="app"),
    Route("GET", "/app/installations/{installation_id}", apps.get_installation, kind="app"),
    Route("POST", "/app/installations/{installation_id}/access_tokens", apps.create_token, kind="app"),
    Route("GET", "/app/hook/config", hooks.get_config, kind="app"),
    Route("PATCH", "/app/hook/config", hooks.update_config, kind="app"),
    Route("GET", "/app/hook/deliveries", hooks.deliveries, kind="app"),
    Route("GET", "/app/hook/deliveries/{delivery_id}", hooks.get_delivery, kind="app"),
    Route("POST", "/app/hook/deliveries/{delivery_id}/attempts", hooks.redeliver, kind="app"),
    Route("GET", "/installation/repositories", repositories.of_installation, kind="installation"),
    Route("GET", "/user", repositories.me, kind="user"),
    Route("GET", "/rate_limit", apps.rate_limit, is_free=True),
    Route("GET", "/meta", apps.meta),
)
