"""Checks, and the runs and jobs of Actions, as JSON."""

from bot.sandbox.github.records import Account, Issue, Payload, Repository, stamp
from bot.sandbox.github.runs import CheckRun, WorkflowJob, WorkflowRun
from bot.sandbox.github.shapes.account import node_id
from bot.sandbox.github.shapes.issue import performed_via_app
from bot.sandbox.github.shapes.repository import brief_repository, repository_url

WORKFLOW = 1  # all runs are of one workflow
RUNNER = {"runner_id": 1, "runner_name": "runner 1", "runner_group_id": 1, "runner_group_name": "Default"}


def check_run(url: str, where: Repository, one: CheckRun, app: Account) -> Payload:
    """A check in a list."""
    mine = f"{repository_url(url, where)}/check-runs/{one.id}"
    page = f"{url}/{where.full_name}/runs/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("CheckRun", one.id),
        "name": one.name,
        "head_sha": one.head_sha,
        "external_id": "",
        "url": mine,
        "html_url": page,
        "details_url": page,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": stamp(one.at),
        "completed_at": stamp(one.at) if one.conclusion else None,
        "output": {
            "title": one.title,
            "summary": one.summary,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{mine}/annotations",
        },
        "check_suite": {"id": one.id},
        "app": performed_via_app(url, app),
        "pull_requests": [_mentioned(url, where, each) for each in where.present if _is_at(each, one.head_sha)],
    }


def told_check_run(url: str, where: Repository, one: CheckRun, app: Account, *, suite_id: int) -> Payload:
    """A check as its event tells it: with more of the suite."""
    suite: Payload = {
        "id": suite_id,
        "head_sha": one.head_sha,
        "status": one.status,
        "conclusion": one.conclusion,
        "head_branch": None,
        "pull_requests": [],
    }
    return check_run(url, where, one, app) | {"check_suite": suite}


def workflow_run(url: str, where: Repository, one: WorkflowRun) -> Payload:
    """A run of Actions."""
    home, page = repository_url(url, where), f"{url}/{where.full_name}/actions/runs/{one.id}"
    mine, at = f"{home}/actions/runs/{one.id}", stamp(one.at)
    brief = brief_repository(url, where)
    addresses = ("jobs", "logs", "artifacts", "cancel", "rerun")
    return {
        "id": one.id,
        "node_id": node_id("WorkflowRun", one.id),
        "name": one.name,
        "path": ".github/workflows/ci.yml",
        "display_title": one.name,
        "run_number": one.number,
        "run_attempt": 1,
        "event": one.event,
        "status": "completed",
        "conclusion": one.conclusion,
        "workflow_id": WORKFLOW,
        "workflow_url": f"{home}/actions/workflows/{WORKFLOW}",
        "check_suite_url": f"{home}/check-suites/{one.id}",
        "url": mine,
        "html_url": page,
        **{f"{name}_url": f"{mine}/{name}" for name in addresses},
        "head_branch": one.branch,
        "head_sha": one.head_sha,
        "head_commit": None,
        "pull_requests": [_mentioned(url, where, each) for each in where.present if _is_at(each, one.head_sha)],
        "created_at": at,
        "updated_at": at,
        "repository": brief,
        "head_repository": brief,
    }


def workflow_job(url: str, where: Repository, run: WorkflowRun, one: WorkflowJob) -> Payload:
    """A job of a run, with its steps."""
    home, at = repository_url(url, where), stamp(run.at)
    ended = {"status": "completed", "started_at": at, "completed_at": at}
    return {
        "id": one.id,
        "node_id": node_id("CheckRun", one.id),
        "name": one.name,
        "run_id": run.id,
        "run_url": f"{home}/actions/runs/{run.id}",
        "run_attempt": 1,
        "workflow_name": run.name,
        "head_branch": run.branch,
        "head_sha": run.head_sha,
        "url": f"{home}/actions/jobs/{one.id}",
        "html_url": f"{url}/{where.full_name}/actions/runs/{run.id}/job/{one.id}",
        "check_run_url": f"{home}/check-runs/{one.id}",
        "conclusion": one.conclusion,
        "created_at": at,
        **ended,
        "labels": ["ubuntu-latest"],
        **RUNNER,
        "steps": [
            {"name": name, "number": number, "conclusion": conclusion} | ended
            for number, (name, conclusion) in enumerate(one.steps.items(), 1)
        ],
    }


def _is_at(one: Issue, sha: str) -> bool:
    return one.branches is not None and one.state == "open" and one.branches.head_sha == sha


def _mentioned(url: str, where: Repository, one: Issue) -> Payload:
    assert one.branches
    home = repository_url(url, where)
    repo = {"id": where.id, "url": home, "name": where.name}
    return {
        "url": f"{home}/pulls/{one.number}",
        "id": one.branches.id,
        "number": one.number,
        "head": {"ref": one.branches.head_ref, "sha": one.branches.head_sha, "repo": repo},
        "base": {"ref": one.branches.base_ref, "sha": one.branches.base_sha, "repo": repo},
    }
