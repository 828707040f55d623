"""Checks report on a commit, and workflows run there."""

from collections.abc import Mapping

from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Repository
from bot.sandbox.github.runs import CheckRun, Conclusion, WorkflowJob, WorkflowRun
from bot.sandbox.github.shapes.check import told_check_run


def check(
    herald: Herald,
    where: Repository,
    *,
    by: Account,
    sha: str,
    name: str,
    conclusion: Conclusion | None,
    summary: str | None = None,
) -> CheckRun:
    """Let a check on a commit end, or begin when there is no conclusion; the newest of a name counts."""
    world = herald.world
    title = name if summary else None
    new = CheckRun(world.next_id(), name, sha, conclusion, world.now(), title=title, summary=summary)
    where.checks.append(new)
    told = {
        "action": "completed" if conclusion else "created",
        "check_run": told_check_run(world.url, where, new, world.app_bot, suite_id=world.next_id()),
    }
    herald.tell(where, "check_run", told, by=by, subject=f"commit/{sha}")
    return new


def run_workflow(
    herald: Herald,
    where: Repository,
    *,
    by: Account,
    branch: str,
    name: str,
    jobs: Mapping[str, Mapping[str, Conclusion]],
    logs: Mapping[str, str],
) -> WorkflowRun:
    """Let a workflow run on the newest commit of a branch; each of its jobs is a check too."""
    world, sha = herald.world, where.heads[branch]
    new = WorkflowRun(world.next_id(), len(where.runs) + 1, name, branch, sha, world.now())
    where.runs.append(new)
    for job_name, steps in jobs.items():
        job = WorkflowJob(world.next_id(), job_name, dict(steps), logs.get(job_name, ""))
        new.jobs.append(job)
        check(herald, where, by=by, sha=sha, name=job_name, conclusion=job.conclusion).id = job.id
    return new
