"""How checks and runs went, and what a log says of a failure; as text that fits, for a person or a model.

As in agent/github/reading.py: the client and the repository's row first, plain text back, CallFailed for what fails.
"""

from collections.abc import Sequence
from functools import partial

from agent.excerpt import from_on, one_line, page
from agent.github import logs
from agent.github.repositories import as_told
from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.pulls import read_pull
from bot.github.runs import Check, Job, Step, WorkflowRun, checks, job_log, jobs, run, runs
from prompts.words import fixed, say
from storage.repositories import Repository

MOST_RUNS = 10  # in one result
OLDEST_RUN = 90  # from which on they are still read: GitHub gives a hundred at once
RUNS_OF_A_HEAD = 30
FAILURES = {"failure", "timed_out", "startup_failure"}
BAD = FAILURES | {"cancelled", "action_required"}
STANDING = {
    "failing": fixed("failing"),
    "pending": fixed("pending"),
    "passing": fixed("passing"),
    "unknown": fixed("unknown"),
}


def standing(found: Sequence[Check]) -> str:
    """What checks come to: one that failed counts more than one that runs; of none nothing is known."""
    if not found:
        return "unknown"
    if any(check.conclusion in BAD for check in found):
        return "failing"
    return "pending" if any(check.conclusion is None for check in found) else "passing"


def standing_of(found: Sequence[Check]) -> str:
    """The same in words."""
    return say(STANDING[standing(found)])


async def read_checks(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """The checks of a pull request's newest commit, from line `start` on."""
    where = as_told(row)
    sha = (await read_pull(github, where, number)).pull.head_sha
    found = await checks(github, where, sha)
    head = say("Checks of #{number} at {sha}: {state}", number=number, sha=sha[:12], state=standing_of(found))
    return from_on([head], [_check_line(check) for check in found], start)


def _check_line(check: Check) -> str:
    why = one_line(f"{check.title} {check.summary}".strip())
    return f"{_sign(check.conclusion)} {check.name}: {check.conclusion or check.status} {why} {check.url}".strip()


def _sign(conclusion: str | None) -> str:
    return "…" if conclusion is None else "✗" if conclusion in BAD else "✓" if conclusion == "success" else "–"


async def read_runs(github: GitHubClient, row: Repository, *, branch: str = "", state: str = "", start: int = 1) -> str:
    """Ten runs of Actions from the `start`th newest on; `state`: a status or conclusion, as `failure`."""
    first = min(max(start, 1), OLDEST_RUN)
    known = first - 1 + MOST_RUNS + 1  # with one that says whether there are more
    found = await runs(github, as_told(row), branch=branch, state=state, most=known)
    if not found:
        return say("No such run in {repository}.", repository=row.full_name)
    lines = [_run_line(one) for one in found[first - 1 :]]
    return page(
        [row.full_name], lines[:MOST_RUNS], rest=partial(_from_run, first=first), is_part=len(lines) > MOST_RUNS
    )


def _from_run(shown: int, *, first: int) -> str:
    return say("[cut here: it goes on from run {run}]", run=first + shown)


def _run_line(one: WorkflowRun) -> str:
    at = f"{one.at:%Y-%m-%d %H:%M} UTC" if one.at else ""
    what = f"{one.conclusion or one.status}, {one.event}, {one_line(one.branch)} {one.sha[:12]}"
    return f"{_sign(one.conclusion)} {one_line(one.name)} #{one.number} (run {one.run_id}): {what}, {at} {one.url}"


async def read_jobs(github: GitHubClient, row: Repository, run_id: int, *, start: int = 1) -> str:
    """The jobs of a run with their steps, from line `start` on; what failed is marked."""
    where = as_told(row)
    head = _run_line(await run(github, where, run_id))
    lines = [line for job in await jobs(github, where, run_id) for line in _job_lines(job)]
    return from_on([head], lines, start)


def _job_lines(job: Job) -> list[str]:
    ended = job.conclusion or job.status
    steps = [f"    {_sign(one.conclusion)} {one.number} {one_line(one.name)}" for one in job.steps]
    return [f"{_sign(job.conclusion)} {one_line(job.name)} (job {job.job_id}): {ended} {job.url}", *steps]


async def read_failure(github: GitHubClient, row: Repository, run_id: int, *, start: int = 1) -> str:
    """What the log of a run's first failed job says around its errors, from line `start` of that on."""
    where = as_told(row)
    return await _failure(github, where, await run(github, where, run_id), start)


async def _failure(github: GitHubClient, where: GitHubRepository, failed: WorkflowRun, start: int) -> str:
    job = next((one for one in await jobs(github, where, failed.run_id) if one.conclusion in BAD), None)
    if job is None:
        return say("{run} has no failed job: {url}", run=_name(failed), url=failed.url)
    step = next((one for one in job.steps if one.conclusion in BAD), None)
    head = _where(failed, job, step)
    try:
        found = logs.failure(logs.read(await job_log(github, where, job.job_id)))
    except CallFailed as unread:
        return f"{head}\n" + say("Its log cannot be read ({why}).", why=one_line(unread.code))
    if not found.lines:
        return f"{head}\n" + say("Its log is empty.")
    notes = [say("No line of the log is marked as an error; this is its end:")] if not found.errors else []
    return from_on([head, *notes], found.lines, start, most=logs.MOST_LINES, is_code=True)


def _where(failed: WorkflowRun, job: Job, step: Step | None) -> str:
    if step is None:
        return say("{run} failed in {job}: {url}", run=_name(failed), job=one_line(job.name), url=job.url)
    where = fixed("{run} failed in {job}, step “{step}”: {url}")
    return say(where, run=_name(failed), job=one_line(job.name), step=one_line(step.name), url=job.url)


def _name(one: WorkflowRun) -> str:
    return f"{one_line(one.name)} #{one.number}"


async def why_ci_fails(github: GitHubClient, row: Repository, number: int, *, start: int = 1) -> str:
    """Why the checks of a pull request's newest commit fail: the log of its newest failed run, else what checks say.

    Args:
        start: the line of what is read there from which on it is told.
    """
    where = as_told(row)
    sha = (await read_pull(github, where, number)).pull.head_sha
    note = ""
    try:
        newest = await runs(github, where, sha=sha, most=RUNS_OF_A_HEAD)
        failed = next((one for one in newest if one.conclusion in FAILURES), None)
        if failed:
            return await _failure(github, where, failed, start)
    except CallFailed as refused:
        if not refused.is_final:
            raise
        note = "\n" + say("Runs cannot be read ({why}): the App needs Actions, read.", why=one_line(refused.code))
    return await read_checks(github, row, number, start=start) + note
