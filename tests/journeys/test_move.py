"""A team outgrows its file: everything goes on in PostgreSQL where it stopped, unfinished work as well."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage.people import Person
from storage.tickets import Ticket
from tests.handlers.cli.conftest import ended, started
from tests.postgres import Postgres
from tests.process import environment, serving
from tests.team import quiet, report, running, said, select_all

REPORTS = 12


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    where = postgres.create(empty=True)
    yield where
    postgres.drop(where)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.settings(worker_concurrency=2)
async def test_killed_in_mid_work_it_goes_on_in_postgresql(
    slack: SlackSandbox, settings: Settings, tmp_path: Path, url: str
) -> None:
    async with serving(settings, tmp_path / "bot.log") as process:
        await slack.until(lambda: slack.sockets, timeout=60)
        reports = [await slack.say("frank", "#ops", f"@chargehand redis node n{n} is down") for n in range(REPORTS)]
        await slack.until(lambda: all(envelope.acked_at for envelope in slack.envelopes))
        await slack.until(partial(has_card, slack, reports))
        process.kill()
    given = {name: value for name, value in environment(settings).items() if os.environ.get(name) != value}
    moved = await ended(await started("db", "move", "--to", url, **given))
    assert (moved.code, moved.err) == (0, "")
    assert "every count and checksum agrees" in moved.out
    async with running(slack, settings.model_copy(update={"database_url": url})) as bot:
        await quiet(bot, timeout=60)
        assert [len(said(slack.thread("#ops", ts))) for ts in reports] == [1] * REPORTS
        assert sorted(ticket.number for ticket in await select_all(bot, Ticket)) == [*range(1, REPORTS + 1)]
        await report(bot, "frank", "kafka is down")
        assert (await bot.ticket(REPORTS + 1)).title == "Kafka is down"
        assert len({person.slack_id for person in await select_all(bot, Person)}) == len(await select_all(bot, Person))


def has_card(slack: SlackSandbox, reports: list[str]) -> bool:
    """Whether one of the reports has its card."""
    return any(said(slack.thread("#ops", ts)) for ts in reports)
