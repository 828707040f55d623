"""What checks say of a commit, and how the runs of Actions went: their jobs, steps and logs."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from bot.events import GitHubRepository
from bot.github.call import Call
from bot.github.client import GitHubClient, trust
from bot.github.failures import PATIENCE, CallFailed
from bot.github.payload import address, items, moment, need_number, need_text, number, text
from storage.columns import storable

LAST = 1024 * 1024  # bytes of a log that are kept: its end
MOST_OF_A_LOG = 64 * LAST  # bytes that are read to come to the end
LOG_SECONDS = 10.0
MOST_CHECKS, MOST_JOBS = 100, 100
BAD = {"failure", "timed_out", "startup_failure", "action_required", "cancelled"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """What one check says of a commit. `conclusion` is None until it is completed."""

    name: str
    status: str
    conclusion: str | None
    url: str
    title: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow."""

    run_id: int
    number: int
    name: str
    branch: str
    sha: str
    event: str
    status: str
    conclusion: str | None
    url: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a job."""

    number: int
    name: str
    status: str
    conclusion: str | None


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job of a run."""

    job_id: int
    name: str
    status: str
    conclusion: str | None
    url: str
    steps: tuple[Step, ...]


async def checks(github: GitHubClient, repository: GitHubRepository, sha: str) -> list[Check]:
    """The newest check of each name on a commit."""
    found = await github.pages(repository, f"commits/{sha}/check-runs", {}, key="check_runs", most=MOST_CHECKS)
    return [_check(one) for one in found]


async def runs(
    github: GitHubClient, repository: GitHubRepository, *, sha: str = "", branch: str = "", state: str = "", most: int
) -> list[WorkflowRun]:
    """The newest runs; `state`: a status or conclusion, as `failure`."""
    query = {"head_sha": sha, "branch": branch, "status": state}
    wanted = {name: value for name, value in query.items() if value}
    found = await github.pages(repository, "actions/runs", wanted, key="workflow_runs", most=most)
    return [_run(one) for one in found]


async def run(github: GitHubClient, repository: GitHubRepository, run_id: int) -> WorkflowRun:
    """One run."""
    return _run(await github.within(repository, "GET", f"actions/runs/{run_id}"))


async def jobs(github: GitHubClient, repository: GitHubRepository, run_id: int) -> list[Job]:
    """The jobs of the newest attempt of a run."""
    found = await github.pages(repository, f"actions/runs/{run_id}/jobs", {}, key="jobs", most=MOST_JOBS)
    return [_job(one) for one in found]


async def job_log(github: GitHubClient, repository: GitHubRepository, job_id: int) -> str:
    """The last megabyte of a job's log.

    GitHub names an address on a server of its storage. That one is given no key of ours, and leads nowhere else.

    Raises:
        CallFailed: there is no log, or it is too large to come to its end in time.
    """
    answer = await github.answer_within(repository, Call("GET", f"actions/jobs/{job_id}/logs"))
    if not _is_storage(answer.location, github.base_url):
        raise CallFailed("GitHub named no address of the log", is_final=True)
    try:
        async with (
            asyncio.timeout(LOG_SECONDS),
            httpx.AsyncClient(verify=trust(), timeout=LOG_SECONDS, follow_redirects=False) as storage,
            storage.stream("GET", answer.location) as told,
        ):
            if told.status_code != httpx.codes.OK:
                raise CallFailed(f"http_{told.status_code}: the log cannot be read", is_final=True)
            return storable((await _end(told)).decode("utf-8", "replace"))
    except (TimeoutError, httpx.HTTPError) as error:
        raise CallFailed(f"the log cannot be reached: {type(error).__name__}", retry_after=PATIENCE) from error


def _is_storage(address: str, api: str) -> bool:
    """Without TLS only where GitHub itself is spoken to without it, and only there."""
    there, home = httpx.URL(address), httpx.URL(api)
    is_home = (there.scheme, there.host, there.port) == (home.scheme, home.host, home.port)
    return bool(there.host) and (there.scheme == "https" or is_home)


async def _end(told: httpx.Response) -> bytes:
    kept: deque[bytes] = deque()
    held = read = 0
    async for chunk in told.aiter_bytes():
        kept.append(chunk)
        held, read = held + len(chunk), read + len(chunk)
        while held - len(kept[0]) >= LAST:
            held -= len(kept.popleft())
        if read > MOST_OF_A_LOG:
            raise CallFailed(f"the log has more than {MOST_OF_A_LOG // LAST} MB", is_final=True)
    return b"".join(kept)[-LAST:]


def _check(found: Any) -> Check:
    return Check(
        name=need_text(found, "name"),
        status=text(found, "status") or "",
        conclusion=text(found, "conclusion"),
        url=address(found, "details_url") or address(found, "html_url"),
        title=text(found, "output", "title") or "",
        summary=text(found, "output", "summary") or "",
    )


def _run(found: Any) -> WorkflowRun:
    return WorkflowRun(
        run_id=need_number(found, "id"),
        number=number(found, "run_number") or 0,
        name=text(found, "name") or "",
        branch=text(found, "head_branch") or "",
        sha=text(found, "head_sha") or "",
        event=text(found, "event") or "",
        status=text(found, "status") or "",
        conclusion=text(found, "conclusion"),
        url=address(found, "html_url"),
        at=moment(found, "created_at"),
    )


def _job(found: Any) -> Job:
    steps = (_step(one) for one in items(found, "steps"))
    return Job(
        job_id=need_number(found, "id"),
        name=text(found, "name") or "",
        status=text(found, "status") or "",
        conclusion=text(found, "conclusion"),
        url=address(found, "html_url"),
        steps=tuple(steps),
    )


def _step(found: Any) -> Step:
    return Step(
        number=number(found, "number") or 0,
        name=text(found, "name") or "",
        status=text(found, "status") or "",
        conclusion=text(found, "conclusion"),
    )
