"""`jobs …`: dead letters are listed by cause, shown, run again, dropped or stopped, on the record."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import text

from storage import audit, inbox, queue
from storage.audit import AuditEvent
from storage.database import open_database
from storage.inbox import Delivery
from storage.people import Person
from storage.queue import Job
from storage.repositories import Repository
from tests.files import put_newest
from tests.handlers.cli.conftest import OPERATOR, Outcome, Run, ended, started
from tests.team import LONG_AGO

DATABASE = Path("data/chargehand.db")
MENDED = ("--reason", "mended")


@pytest.fixture
async def _jobs(_empty_folder: None) -> None:
    """Job 1 is ready, job 2 a dead letter."""
    put_newest(DATABASE)
    async with open_database(DATABASE) as db, db.write() as tx:
        for _ in range(2):
            await queue.put(tx, Job(workspace_id="T1", kind="triage", created_at=LONG_AGO, attempts=7))
        taken = await queue.reserve(tx, worker="w1", now=LONG_AGO, lease=timedelta(minutes=1), limit=2)
        await queue.give_back(tx, taken[0], now=LONG_AGO)
        await queue.bury(tx, taken[1], now=LONG_AGO, error_class="permanent", error="Permanent: no such [channel]")


pytestmark = pytest.mark.usefixtures("_jobs")


async def states() -> dict[str, int]:
    async with open_database(DATABASE) as db, db.read() as tx:
        return await queue.counts(tx)


async def history(number: int = 2) -> list[AuditEvent]:
    async with open_database(DATABASE) as db, db.read() as tx:
        return await audit.of(tx, "job", str(number))


async def asked(run: Run, *args: str) -> Outcome:
    return await asyncio.to_thread(run, "jobs", *args)


async def bury(errors: Sequence[str], **given: Any) -> None:
    """More dead letters, from number 3 on."""
    wanted: dict[str, Any] = {"workspace_id": "T1", "kind": "github.comment", "created_at": LONG_AGO, "priority": 0}
    async with open_database(DATABASE) as db, db.write() as tx:
        for error in errors:
            job = await queue.put(tx, Job(**wanted | given))
            now = job.created_at
            [taken] = await queue.reserve(tx, worker="w1", now=now, lease=timedelta(minutes=1), limit=1)
            await queue.bury(tx, taken, now=now, error_class="permanent", error=error)


async def test_the_list_is_newest_first_and_can_be_narrowed(run: Run) -> None:
    everything = (await asked(run, "list")).out.splitlines()
    assert [line.split()[:3] for line in everything[1:]] == [["2", "dead", "triage"], ["1", "ready", "triage"]]
    assert everything[1].rstrip().endswith("Permanent: no such [channel]")
    assert len((await asked(run, "list", "--state", "ready")).out.splitlines()) == 2
    assert (await asked(run, "list", "--state", "running")).out == "No running jobs.\n"
    for since in ("2020-01-02", "2h"):
        assert (await asked(run, "list", "--since", since)).out == "No jobs.\n"
    assert len((await asked(run, "list", "--since", "2020-01-01", "--error", "no such")).out.splitlines()) == 2


async def test_the_list_of_a_repository_has_all_that_came_of_its_events(run: Run) -> None:
    ours: dict[str, Any] = {"workspace_id": "T1", "created_at": LONG_AGO}
    heard: dict[str, Any] = {"source": "github", "kind": "issues", "received_at": LONG_AGO, "workspace_id": "T1"}
    async with open_database(DATABASE) as db, db.write() as tx:
        tx.add(Repository(**ours, github_id=99, host="github.com", full_name="acme/shop"))
        await inbox.store(tx, [Delivery(**heard, dedupe_key="github:1", repo_id=99, correlation_id="came")])
        await queue.put(tx, Job(**ours, kind="github.issues", correlation_id="came"))
        await queue.put(tx, Job(**ours, kind="triage", correlation_id="came"))
        await queue.put(tx, Job(**ours, kind="github.connect", key="repo:acme/shop"))
        await queue.put(tx, Job(**ours, kind="github.issues", correlation_id="another"))
    listed = (await asked(run, "list", "--repo", "acme/shop")).out.splitlines()
    assert [line.split()[2] for line in listed[1:]] == ["github.connect", "triage", "github.issues"]
    refused = await asked(run, "list", "--repo", "acme/nothing")
    assert (refused.code, refused.out) == (2, "")


async def test_a_state_that_is_none_is_refused_with_those_there_are(run: Run) -> None:
    refused = await asked(run, "list", "--state", "lost")
    assert refused.code == 2
    assert "'dead'" in refused.err


async def test_dead_letters_are_summed_up_by_cause(run: Run) -> None:
    await bury(["403 on issue 17", "403 on issue 18", "404 on issue 19"])
    listed = (await asked(run, "list", "--state", "dead")).out.split("\n\n")[0].splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [
        ["2", "github.comment", "permanent"],
        ["1", "github.comment", "permanent"],
        ["1", "triage", "permanent"],
    ]
    assert "403 on issue 18" in listed[1]
    told = json.loads((await asked(run, "list", "--state", "dead", "--kind", "github.comment", "--json")).out)
    assert [cause["count"] for cause in told["causes"]] == [2, 1]
    assert [job["id"] for job in told["jobs"]] == [5, 4, 3]


async def test_what_narrows_the_list_narrows_the_causes(run: Run) -> None:
    ours: dict[str, Any] = {"workspace_id": "T1", "created_at": LONG_AGO}
    heard: dict[str, Any] = {"source": "github", "kind": "issues", "received_at": LONG_AGO, "workspace_id": "T1"}
    async with open_database(DATABASE) as db, db.write() as tx:
        tx.add(Repository(**ours, github_id=99, host="github.com", full_name="acme/shop"))
        await inbox.store(tx, [Delivery(**heard, dedupe_key="github:1", repo_id=99, correlation_id="came")])
    await bury(["403 on issue 17", "403 on issue 18"], key="issue:1:17")
    await bury(["404 on issue 19"], correlation_id="came")
    await bury(["410 on issue 20"], created_at=LONG_AGO + timedelta(seconds=10))

    async def counted(*narrower: str) -> list[int]:
        told = json.loads((await asked(run, "list", "--state", "dead", "--json", *narrower)).out)
        assert sum(cause["count"] for cause in told["causes"]) == len(told["jobs"])
        return [cause["count"] for cause in told["causes"]]

    assert await counted() == [2, 1, 1, 1]
    assert await counted("--error", "403 ON") == [2]
    assert await counted("--key", "issue:1:17") == [2]
    assert await counted("--repo", "acme/shop") == [1]
    assert await counted("--since", "2020-01-01T00:00:10") == [1]
    assert (await asked(run, "list", "--state", "dead", "--key", "none")).out == "No dead jobs.\n"


async def test_one_is_shown_in_full(run: Run) -> None:
    shown = json.loads((await asked(run, "show", "2", "--json")).out)
    job = shown["job"]
    assert (job["kind"], job["attempts"], job["error_text"]) == ("triage", 8, "Permanent: no such [channel]")
    assert [event["stage"] for event in shown["events"]] == ["job.queued", "job.reserved", "job.dead"]
    assert shown["events"][1]["detail"] == "attempt 8 by w1"
    page = (await asked(run, "show", "2")).out
    assert "job.dead" in page
    assert page.endswith("A replay runs it with fresh attempts; effects that are confirmed are not repeated.\n")
    assert (await asked(run, "show", "1")).out.endswith(
        "A replay is refused: it is ready; only dead jobs can run again.\n"
    )


async def test_a_dead_letter_runs_again_on_record(run: Run) -> None:
    assert await asked(run, "replay", "2", *MENDED) == Outcome(0, "Job 2 runs again.\n", "")
    assert await states() == {"ready": 2}
    [event] = await history()
    assert (event.actor, event.surface, event.action) == (OPERATOR, "cli", "replay")
    assert (event.before, event.after) == ({"state": "dead"}, {"state": "ready", "reason": "mended"})


async def test_a_reason_is_asked_for(run: Run) -> None:
    for verb in ("replay", "discard"):
        refused = await asked(run, verb, "2")
        assert (refused.code, "--reason" in refused.err) == (2, True)
    assert await states() == {"ready": 1, "dead": 1}


async def test_all_of_a_kind_and_an_error_run_again_in_order_and_at_a_pace(run: Run) -> None:
    await bury(["403 on issue 17", "404 on issue 18", "403 on issue 19"], key="k")
    done = await asked(run, "replay", "--kind", "github.comment", "--error", "403 on", "--rate", "30/m", *MENDED)
    assert done == Outcome(0, "2 jobs run again, in their order.\n", "")
    async with open_database(DATABASE) as db, db.read() as tx:
        third, fourth, fifth = sorted(
            await queue.listing(tx, queue.Chosen(kind="github.comment")), key=lambda job: job.id
        )
    assert fourth.state == "dead"
    assert fifth.not_before - third.not_before == timedelta(seconds=2)


async def test_a_discarded_letter_is_off_the_list_for_good(run: Run) -> None:
    assert (await asked(run, "discard", "2", "--reason", "made by hand")).out == "Job 2 is discarded.\n"
    assert await states() == {"ready": 1, "discarded": 1}
    refused = await asked(run, "replay", "2", *MENDED)
    assert refused == Outcome(1, "", "Job 2 is discarded; only dead jobs can run again.\n")
    [event] = await history()
    assert (event.action, event.after) == ("discard", {"state": "discarded", "reason": "made by hand"})


async def test_a_job_that_waits_is_cancelled_once(run: Run) -> None:
    assert await asked(run, "cancel", "1") == Outcome(0, "Job 1 is cancelled.\n", "")
    assert await states() == {"cancelled": 1, "dead": 1}
    refused = await asked(run, "cancel", "1")
    assert refused == Outcome(1, "", "Job 1 is cancelled; only jobs that have not ended can be cancelled.\n")
    assert [event.action for event in await history(1)] == ["cancel"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("show 9", 2, "There is no job 9: `python app.py jobs list` shows them.\n"),
        ("replay 9 --reason mended", 2, "There is no job 9: `python app.py jobs list` shows them.\n"),
        ("replay 1 --reason mended", 1, "Job 1 is ready; only dead jobs can run again.\n"),
        ("discard 1 --reason mended", 1, "Job 1 is ready; only dead jobs can be discarded.\n"),
        ("replay --kind prune --reason mended", 1, "No dead letter is like that: `jobs list` shows what there is.\n"),
        ("replay 2 --reason -", 2, "A reason is missing: a few words that go on record.\n"),
        (
            "replay 2 --rate fast --reason mended",
            2,
            "fast is no rate: write 5/s for five a second, 30/m for thirty a minute.\n",
        ),
        (
            "replay --reason mended",
            2,
            "Name jobs by their numbers, or else by --kind and --error: `jobs replay 41 --reason TEXT`.\n",
        ),
        (
            "replay 2 --reason mended --as nobody",
            2,
            "Nobody is called nobody: name the Slack id that `python app.py person list` shows.\n",
        ),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(run: Run, args: str, code: int, said: str) -> None:
    assert await asked(run, *args.split()) == Outcome(code, "", said)
    assert await states() == {"ready": 1, "dead": 1}


async def test_what_can_be_done_is_done_beside_what_is_refused(run: Run) -> None:
    outcome = await asked(run, "replay", "1", "2", *MENDED)
    assert outcome == Outcome(1, "Job 2 runs again.\n", "Job 1 is ready; only dead jobs can run again.\n")
    assert await states() == {"ready": 2}


async def test_who_is_acted_as_needs_the_right_and_is_named(run: Run) -> None:
    async with open_database(DATABASE) as db, db.write() as tx:
        for name, is_admin in (("ada", True), ("bob", False)):
            tx.add(
                Person(
                    workspace_id="T-unknown",
                    slack_id=f"U{name.upper()}",
                    name=name,
                    is_admin=is_admin,
                    created_at=LONG_AGO,
                )
            )
    refused = await asked(run, "replay", "2", *MENDED, "--as", "bob")
    assert refused == Outcome(1, "", "You may not replay jobs: that is for admins.\n")
    assert (await asked(run, "list", "--state", "dead", "--as", "bob")).code == 1
    assert (await asked(run, "replay", "2", *MENDED, "--as", "@Ada")).code == 0
    assert [event.actor for event in await history()] == ["person:1"]


async def test_two_replays_at_once_make_one_run() -> None:
    both = [await started("jobs", "replay", "2", *MENDED) for _ in range(2)]
    outcomes = [await ended(process) for process in both]
    assert sorted((outcome.code, outcome.out, outcome.err) for outcome in outcomes) == [
        (0, "Job 2 runs again.\n", ""),
        (1, "", "Job 2 is ready; only dead jobs can run again.\n"),
    ]
    async with open_database(DATABASE) as db, db.write() as tx:
        taken = await queue.reserve(tx, worker="w1", now=datetime.now(UTC), lease=timedelta(minutes=1), limit=9)
        assert [(job.id, job.replays) for job in taken] == [(1, 0), (2, 1)]


async def test_a_replay_needs_its_ticket_and_its_delivery(run: Run) -> None:
    await bury(["no"], args={"ticket_id": 77})
    async with open_database(DATABASE) as db, db.write() as tx:
        emptied = Delivery(
            workspace_id="T1",
            source="slack",
            dedupe_key="Ev1",
            kind="message",
            body=inbox.NO_BODY,
            correlation_id="c1",
            received_at=LONG_AGO,
        )
        stored = await inbox.store(tx, [emptied])
    await bury(["no"], args={"delivery_id": stored["Ev1"]}, delivery_id=stored["Ev1"])
    refused = await asked(run, "replay", "3", "4", *MENDED)
    assert refused.code == 1
    assert refused.err.splitlines() == [
        "Job 3 is about a ticket that is deleted.",
        "Job 4 came of an event whose content is past its retention.",
    ]


async def test_what_a_newer_job_replaced_runs_only_by_force(run: Run) -> None:
    await bury(["no"], supersede_key="head", supersede_version=1)
    async with open_database(DATABASE) as db, db.write() as tx:
        newer = Job(workspace_id="T1", kind="x", created_at=LONG_AGO, supersede_key="head", supersede_version=2)
        await queue.put(tx, newer)
    refused = await asked(run, "replay", "3", *MENDED)
    assert refused == Outcome(1, "", "Job 3 was superseded by job 4; `--force` runs it all the same.\n")
    assert (await asked(run, "replay", "3", *MENDED, "--force")).code == 0


async def test_a_database_that_others_may_work_on_is_not_migrated_by_a_look(run: Run) -> None:
    async with open_database(DATABASE) as db, db.write() as tx:
        await (await tx.connection()).execute(text("UPDATE alembic_version SET version_num = '0001'"))
    refused = await asked(run, "list")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("The database has schema 0001, this version wants ")
    assert refused.err.endswith(": run `python app.py db upgrade`.\n")
