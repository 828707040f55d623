"""Why checks fail is said from the log of the newest failed run, or from what the checks themselves say."""

import pytest

from agent.github import ci
from agent.memory.budget import MOST_RESULT, estimated
from bot.github.failures import CallFailed
from bot.github.runs import Check, job_log
from bot.sandbox.github import GitHubSandbox
from tests.agent.github.conftest import SHOP, Desk

LOG = "".join(f"2026-03-02T09:00:{n % 60:02}.0000000Z step {n}\n" for n in range(100))
BOOM = "2026-03-02T09:02:00.0000000Z ##[error]cart.py:3: AssertionError: 1 != 2\n"


@pytest.fixture
def pull(github: GitHubSandbox) -> int:
    return github.open_pull("bob", SHOP, title="Totals", head="fix").number


def check(conclusion: str | None) -> Check:
    return Check(name="build", status="", conclusion=conclusion, url="", title="", summary="")


@pytest.mark.parametrize(
    ("conclusions", "state"),
    [
        ([], "unknown"),
        (["success", "skipped", "neutral"], "passing"),
        (["success", None], "pending"),
        ([None, "failure"], "failing"),
        (["timed_out"], "failing"),
    ],
)
def test_checks_come_to_one_word(conclusions: list[str | None], state: str) -> None:
    assert ci.standing([check(one) for one in conclusions]) == state


async def test_the_log_of_the_newest_failed_run_says_why(work: Desk, github: GitHubSandbox, pull: int) -> None:
    failing = {"build": {"Check out": "success"}, "test": {"Install": "success", "Run pytest": "failure"}}
    github.run_workflow(SHOP, "fix", failing, logs={"test": "Error: an older one\n"})  # type: ignore[arg-type]
    run = github.run_workflow(SHOP, "fix", failing, logs={"test": LOG + BOOM + "after\n"})  # type: ignore[arg-type]
    github.run_workflow(SHOP, "fix", {"lint": {"ruff": "success"}}, name="Lint")
    text = await ci.why_ci_fails(work.github, work.row, pull)
    assert text.startswith(f"CI #2 failed in test, step “Run pytest”: {github.url}/{SHOP}/actions/runs/{run.id}/job/")
    assert text.splitlines()[1:] == [
        "```",
        *(f"step {number}" for number in range(90, 100)),
        "cart.py:3: AssertionError: 1 != 2",
        "```",
    ]


async def test_a_new_commit_has_not_failed_yet(work: Desk, github: GitHubSandbox, pull: int) -> None:
    github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}}, logs={"test": BOOM})
    sha = github.push("bob", SHOP, "fix")
    assert await ci.why_ci_fails(work.github, work.row, pull) == f"Checks of #{pull} at {sha[:12]}: unknown"


async def test_of_a_large_log_only_the_end_is_kept(work: Desk, github: GitHubSandbox, pull: int) -> None:
    log = BOOM + "early\n" + "x" * 99 + "\n" + ("y" * 99 + "\n") * 11_000 + "\n".join(f"end {n}" for n in range(20))
    run = github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}}, logs={"test": log})
    kept = await job_log(work.github, work.shop, run.jobs[0].id)
    assert (len(kept), kept[-6:], "early" in kept) == (1024 * 1024, "end 19", False)
    text = await ci.read_failure(work.github, work.row, run.id)
    assert "No line of the log is marked as an error; this is its end:" in text
    assert [line for line in text.splitlines() if line.startswith("end")] == [f"end {n}" for n in range(10, 20)]


async def test_a_wide_failure_fits_all_the_same(work: Desk, github: GitHubSandbox, pull: int) -> None:
    log = "".join(f"Error: {number} {'z' * 900}\n" for number in range(1, 301))
    run = github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}}, logs={"test": log})
    text = await ci.read_failure(work.github, work.row, run.id)
    assert estimated()(text) <= MOST_RESULT
    shown = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Error:")]
    assert shown == list(range(1, len(shown) + 1))
    assert text.splitlines()[-1] == f"[cut here: it goes on from line {len(shown) + 1} of 300]"
    further = await ci.read_failure(work.github, work.row, run.id, start=len(shown) + 1)
    assert f"Error: {len(shown) + 1} z" in further
    assert f"Error: {len(shown)} z" not in further


async def test_of_many_errors_fifty_lines_are_read_at_a_time(work: Desk, github: GitHubSandbox, pull: int) -> None:
    log = "\n".join(f"Error: {number}" for number in range(1, 61))
    run = github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}}, logs={"test": log})
    text = await ci.read_failure(work.github, work.row, run.id)
    assert text.splitlines()[-1] == "[cut here: it goes on from line 51 of 60]"
    assert (await ci.read_failure(work.github, work.row, run.id, start=51)).count("Error: ") == 10


async def test_the_storage_of_logs_gets_no_key_of_ours(work: Desk, github: GitHubSandbox, pull: int) -> None:
    run = github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}}, logs={"test": "ok"})
    assert await job_log(work.github, work.shop, run.jobs[0].id) == "ok"  # with a key the storage answers 400


async def test_without_runs_the_checks_say_why(work: Desk, github: GitHubSandbox, pull: int) -> None:
    sha = github.repository(SHOP).heads["fix"]
    github.check(SHOP, sha, name="sonar", conclusion="failure", summary="3 bugs\nin cart.py")
    github.check(SHOP, sha, name="build")
    text = await ci.why_ci_fails(work.github, work.row, pull)
    assert text.splitlines()[0] == f"Checks of #{pull} at {sha[:12]}: failing"
    assert f"✗ sonar: failure sonar 3 bugs in cart.py {github.url}/{SHOP}/runs/" in text
    assert "✓ build: success" in text


async def test_a_right_that_the_app_lacks_is_named(work: Desk, github: GitHubSandbox, pull: int) -> None:
    del github.installation.permissions["actions"]
    text = await ci.why_ci_fails(work.github, work.row, pull)
    assert "Resource not accessible by integration): the App needs Actions, read." in text
    with pytest.raises(CallFailed):
        await ci.read_runs(work.github, work.row)


async def test_runs_and_jobs_are_listed(work: Desk, github: GitHubSandbox, pull: int) -> None:
    assert await ci.read_runs(work.github, work.row) == "No such run in acme/shop."
    for number in range(12):
        ended = {"pytest": "failure" if number % 2 else "success"}
        run = github.run_workflow(SHOP, "fix", {"test": ended})  # type: ignore[dict-item]
    text = await ci.read_runs(work.github, work.row)
    assert (len(text.splitlines()), text.splitlines()[-1]) == (12, "[cut here: it goes on from run 11]")
    assert [line[:8] for line in (await ci.read_runs(work.github, work.row, start=11)).splitlines()[1:]] == [
        "✗ CI #2 ",
        "✓ CI #1 ",
    ]
    assert text.splitlines()[1].startswith(f"✗ CI #12 (run {run.id}): failure, pull_request, fix ")
    assert len((await ci.read_runs(work.github, work.row, branch="fix", state="success")).splitlines()) == 7
    jobs = (await ci.read_jobs(work.github, work.row, run.id)).splitlines()
    assert jobs[1].startswith(f"✗ test (job {run.jobs[0].id}): failure http")
    assert jobs[2] == "    ✗ 1 pytest"
    assert (await ci.read_jobs(work.github, work.row, run.id, start=2)).splitlines()[1:] == jobs[2:]
