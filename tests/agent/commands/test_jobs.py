"""`jobs …` as it is typed in Slack, where each answer is in the language of who asks."""

from dataclasses import replace

import pytest

from agent.commands.jobs import jobs
from agent.commands.verb import Said
from agent.desk import Desk
from agent.github.connections import DEAD, FINAL, LIMIT, PAUSED, in_words
from prompts.words import speaking
from storage import queue
from storage.queue import Job
from storage.repositories import Repository


@pytest.fixture
def admins(desk: Desk) -> Desk:
    assert desk.actor is not None
    return replace(desk, actor=replace(desk.actor, is_admin=True))


async def put(desk: Desk, kind: str, **given: object) -> Job:
    job = Job(workspace_id="T1", kind=kind, created_at=desk.now, correlation_id="c1", **given)
    await queue.put(desk.tx, job)
    return job


async def told(desk: Desk, words: str) -> str:
    return (await jobs(desk, Said(text=words))).message.text


@pytest.mark.parametrize("said", ["replay {} —force the head moved", "replay {} the head moved --force"])
async def test_what_a_newer_job_replaced_runs_by_force_here_too(admins: Desk, said: str) -> None:
    dead = await put(admins, "read", supersede_key="a", supersede_version=1)
    await queue.cancel(admins.tx, dead.id, by="ann", why="", now=admins.now)
    stored = await admins.tx.get(Job, dead.id, populate_existing=True)
    assert stored is not None
    stored.state = "dead"
    newer = await put(admins, "read", supersede_key="a", supersede_version=2)
    await admins.tx.flush()
    with speaking("de"):
        assert await told(admins, f"replay {dead.id} the head moved") == (
            f"Job {dead.id} wurde durch Job {newer.id} abgelöst; `--force` führt ihn trotzdem aus."
        )
        assert await told(admins, f"replay {newer.id} again") == (
            f"Job {newer.id} ist bereit; nur gescheiterte Jobs können noch einmal laufen."
        )
    assert await told(admins, said.format(dead.id)) == f"Job {dead.id} runs again."


async def test_a_reading_that_is_cancelled_is_listed_so(admins: Desk) -> None:
    known = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=admins.now)
    known.sync_state = "pending"
    admins.tx.add(known)
    await admins.tx.flush()
    reading = await put(admins, "github.sync", args={"repository_id": known.id})
    await told(admins, f"cancel {reading.id} not needed")
    assert (known.sync_state, known.sync_note) == ("failed", "cancelled")


def test_why_a_reading_stands_as_it_does_is_said_in_ones_language() -> None:
    notes = [DEAD.format(job=7), FINAL.format(code="http_403"), PAUSED.format(at="14:05", why=LIMIT), "cancelled", "x"]
    assert [in_words(note) for note in [*notes, ""]] == [*notes, ""]
    with speaking("de"):
        assert [in_words(note) for note in notes] == [
            "`jobs show 7` sagt, warum",
            "GitHub sagt http_403",
            "unterbrochen bis 14:05 UTC (Grenze von GitHub)",
            "abgebrochen",
            "x",
        ]
