"""`jobs …`: dead letters are listed, shown, run again or dropped, on the record."""

import asyncio
import json
from pathlib import Path

import pytest

from storage import audit, migrate, queue
from storage.database import open_database
from storage.queue import Job
from tests.handlers.cli.conftest import Outcome, Run
from tests.team import LONG_AGO

DATABASE = Path("data/chargehand.db")


@pytest.fixture
async def _jobs(_empty_folder: None) -> None:
    """Job 1 is ready, job 2 a dead letter."""
    await asyncio.to_thread(migrate.upgrade, DATABASE)
    async with open_database(DATABASE) as db, db.write() as tx:
        for state, error in (("ready", None), ("dead", "Permanent: no such [channel]")):
            job = Job(workspace_id="T1", name="triage", state=state, run_at=LONG_AGO, created_at=LONG_AGO, attempts=8)
            job.last_error = error
            tx.add(job)
            await tx.flush()


pytestmark = pytest.mark.usefixtures("_jobs")


async def states() -> dict[str, int]:
    async with open_database(DATABASE) as db, db.read() as tx:
        return await queue.counts(tx)


async def asked(run: Run, *args: str) -> Outcome:
    return await asyncio.to_thread(run, "jobs", *args)


async def test_the_list_is_newest_first_and_can_be_narrowed(run: Run) -> None:
    everything = (await asked(run, "list")).out.splitlines()
    assert [line.split()[:3] for line in everything[1:]] == [["2", "dead", "triage"], ["1", "ready", "triage"]]
    assert everything[1].rstrip().endswith("Permanent: no such [channel]")
    assert len((await asked(run, "list", "--state", "ready")).out.splitlines()) == 2
    assert (await asked(run, "list", "--state", "running")).out == "No running jobs.\n"


async def test_a_state_that_is_none_is_refused_with_those_there_are(run: Run) -> None:
    refused = await asked(run, "list", "--state", "lost")
    assert refused.code == 2
    assert "'dead'" in refused.err


async def test_one_is_shown_in_full(run: Run) -> None:
    shown = json.loads((await asked(run, "show", "2")).out)
    assert (shown["name"], shown["attempts"], shown["last_error"]) == ("triage", 8, "Permanent: no such [channel]")


async def test_a_dead_letter_runs_again(run: Run) -> None:
    assert (await asked(run, "replay", "2")).out == "Job 2 runs again as soon as `serve` does.\n"
    assert await states() == {"ready": 2}
    async with open_database(DATABASE) as db, db.read() as tx:
        [event] = await audit.of(tx, "job", "2")
    assert (event.surface, event.action, event.before, event.after) == (
        "cli",
        "replay",
        {"state": "dead"},
        {"state": "ready"},
    )


async def test_a_dead_letter_is_discarded_and_can_still_be_replayed(run: Run) -> None:
    assert (await asked(run, "discard", "2")).out == "Job 2 is discarded.\n"
    assert await states() == {"ready": 1, "discarded": 1}
    assert (await asked(run, "replay", "2")).code == 0
    assert await states() == {"ready": 2}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("show 9", "There is no job 9: `python app.py jobs list` shows them.\n"),
        ("replay 9", "There is no job 9: `python app.py jobs list` shows them.\n"),
        ("replay 1", "Job 1 is ready; only dead and discarded jobs can run again.\n"),
        ("discard 1", "Job 1 is ready; only dead jobs can be discarded.\n"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(run: Run, args: str, said: str) -> None:
    assert await asked(run, *args.split()) == Outcome(2, "", said)
    assert await states() == {"ready": 1, "dead": 1}
