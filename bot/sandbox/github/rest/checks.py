"""REST: checks of a commit, and the runs, jobs and logs of Actions."""

from collections.abc import Iterable
from typing import TypeVar

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.runs import WorkflowJob, WorkflowRun
from bot.sandbox.github.shapes.check import check_run, workflow_job, workflow_run

Thing = TypeVar("Thing")


def of_commit(ask: Ask) -> Answer:
    """The newest check of each name on a commit or at a branch."""
    sha = ask.where.heads.get(ask.params["ref"], ask.params["ref"])
    newest = {one.name: one for one in ask.where.checks if one.head_sha == sha}
    found = sorted(newest.values(), key=lambda one: one.id, reverse=True)
    page, headers = ask.cut(found)
    shown = [check_run(ask.url, ask.where, one, ask.world.app_bot) for one in page]
    return Answer(body={"total_count": len(found), "check_runs": shown}, headers=headers)


def runs(ask: Ask) -> Answer:
    """Runs, newest first, of one commit or branch, in one state, if asked."""
    head_sha, branch, state = (ask.query.get(name) for name in ("head_sha", "branch", "status"))
    found = [
        one
        for one in reversed(ask.where.runs)
        if head_sha in (None, one.head_sha)
        and branch in (None, one.branch)
        and state in (None, "completed", one.conclusion)
    ]
    page, headers = ask.cut(found)
    shown = [workflow_run(ask.url, ask.where, one) for one in page]
    return Answer(body={"total_count": len(found), "workflow_runs": shown}, headers=headers)


def run(ask: Ask) -> Answer:
    """One run."""
    return Answer(body=workflow_run(ask.url, ask.where, _run(ask)))


def jobs(ask: Ask) -> Answer:
    """The jobs of a run, with their steps."""
    found = _run(ask)
    page, headers = ask.cut(found.jobs)
    shown = [workflow_job(ask.url, ask.where, found, one) for one in page]
    return Answer(body={"total_count": len(found.jobs), "jobs": shown}, headers=headers)


def job(ask: Ask) -> Answer:
    """One job."""
    return Answer(body=workflow_job(ask.url, ask.where, *_job(ask)))


def log(ask: Ask) -> Answer:
    """Where the log of a job is: an address of its own, which wants no key."""
    _, found = _job(ask)
    return Answer(302, None, {"location": f"{ask.url}/logs/{found.id}?sig={found.id:x}"})


def _run(ask: Ask) -> WorkflowRun:
    return _the(one for one in ask.where.runs if one.id == ask.number("run_id"))


def _job(ask: Ask) -> tuple[WorkflowRun, WorkflowJob]:
    job_id = ask.number("job_id")
    return _the((one, each) for one in ask.where.runs for each in one.jobs if each.id == job_id)


def _the(found: Iterable[Thing]) -> Thing:
    for one in found:
        return one
    raise not_found()
