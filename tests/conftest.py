"""What the stories share: a sandbox Slack and a bot that works in it."""

import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from coverage import Coverage

from bot.clock import utc_now
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import default_seed
from bot.settings import Settings
from storage.database import Database, open_database
from tests import databases, logs, scratch
from tests.files import put_newest
from tests.github import hearing
from tests.openapi import Contract
from tests.postgres import Postgres, shared, started
from tests.team import DATABASES, ELSEWHERE, Bot, running, seed_teams, settings_for, without_zones

HERE = Path(__file__).parent
LONG = ("test_kill9_broken", "test_kill9", "test_bench", "test_roles", "test_canaries", "test_demo")
EARLY = (*LONG, "test_migrations", "test_transfer", "test_corpus")  # what takes a minute must not be begun last
# Long ways that other tests count already.
AGAIN = ("test_migrations", "test_model", "test_opening", "test_transfer", "test_assign", "test_plans", "test_sla")
YOUNG = 20_000  # objects until the rubbish among them is looked for; the usual 700 cost three times as much
WHOLE = ("test_agent_approval", "test_agent_github")  # their stories go ways of their own: all count
# The first story of these goes ways of its own, with few lines left for those of other files.
FIRST = (
    *("test_move", "test_every_job", "test_german", "test_database_away", "test_downtime", "test_groups"),
    *("test_remind_others", "test_dead_letters", "test_agent_reads", "test_channel_digest", "test_agent_offline"),
    *("test_agent_mute", "test_review_requests", "test_agent_questions", "test_repositories", "test_held_report"),
    *("test_agent_handed_over", "test_ownership"),
)
COUNTED: set[str] = set()  # the stories whose lines count for the floor
PATIENT = 30.0  # seconds a person waits for an answer: a machine that stalls for three is no fault of ours


def pytest_configure(config: pytest.Config) -> None:
    scratch.use_memory()
    logs.in_plain_words()
    # A machine that stalls for 200 ms is no fault of ours either.
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")
    has_workers = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if has_workers and (config.getoption("--areas-on-postgres") or os.environ.get("CHARGEHAND_TEST_DATABASE")):
        for_all = ExitStack()
        for_all.enter_context(shared())
        config.add_cleanup(for_all.close)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--areas-on-postgres",
        action="store_true",
        help="of the stories that are told on both databases, run only one of each area on PostgreSQL",
    )
    parser.addoption("--campaign", action="store_true", help="run also what `make campaign` alone does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files that wait for minutes come first, so that others are not over long before them."""
    rank = {name: number for number, name in enumerate(EARLY)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(EARLY)))
    if not config.getoption("--campaign"):
        _leave_out(config, items, [item for item in items if item.get_closest_marker("campaign")])
    COUNTED.update(_first_of_each_file(items))
    if config.getoption("--areas-on-postgres"):
        _leave_out(config, items, _only_on_sqlite(items))


def _leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left_out)
    unwanted = set(left_out)
    items[:] = [item for item in items if item not in unwanted]


def _first_of_each_file(items: list[pytest.Item]) -> set[str]:
    """Of the stories that count."""
    told = [item for item in items if item.path.parent == HERE / "journeys" and item.path.stem in FIRST]
    return set({item.path: item.nodeid for item in reversed(told) if not _is_on_postgres(item)}.values())


def _only_on_sqlite(items: list[pytest.Item]) -> list[pytest.Item]:
    """Stories on PostgreSQL, but for the first in each area's file."""
    told = [item for item in items if item.path.parent == HERE / "journeys" and _is_on_postgres(item)]
    firsts = {item.path.stem: item for item in reversed(told)}
    kept = {firsts[name] for name in databases.AREAS.values() if name in firsts}
    return [item for item in told if item not in kept]


def _is_on_postgres(item: pytest.Item) -> bool:
    return "postgres" in item.name.partition("[")[2].rstrip("]").split("-")


def pytest_collection_finish() -> None:
    """What is there now stays to the end: to look through it again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that is left out counts nothing from setup to teardown; pytest-cov's mark would spare its call alone."""
    counting = Coverage.current()
    if counting is None or _is_counted(item):
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()


def _is_counted(item: pytest.Item) -> bool:
    """Whether its lines count for the floor. Counting doubles a test's CPU time, so tests about other folders are left
    out, those that only read the code, what is said again on PostgreSQL or at random, and the stories but for some
    that go ways of their own: most go much the same ways."""
    about = item.path.relative_to(HERE).parts[0]
    if about == "journeys":
        return item.nodeid in COUNTED or item.path.stem in WHOLE
    return about in ("agent", "storage", "prompts") and item.path.stem not in AGAIN and not _is_on_postgres(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many passed on each database."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    terminalreporter.section("databases")
    for line in databases.counts(passed):
        terminalreporter.write_line(line)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(ack_within=PATIENT, seed=without_zones(default_seed())) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this test run, started when the first test needs it."""
    with started() as server:
        yield server


@pytest.fixture
def engine() -> str:
    """What a story runs on; one that is to be told on both says `pytest.mark.parametrize("engine", DATABASES)`."""
    return os.environ.get("CHARGEHAND_TEST_DATABASE", "sqlite")


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """A command sets up the logs of its process, which here is that of all tests."""
    with logs.as_before():
        yield


@pytest.fixture(autouse=True)
def _place(engine: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """On PostgreSQL a story's settings name a database of its own instead of a file in its folder."""
    if engine == "sqlite" or not {"slack", "tmp_path"} <= set(request.fixturenames):
        yield
        return
    folder = request.getfixturevalue("tmp_path")
    with _database(engine, folder, request) as where:
        ELSEWHERE[folder] = str(where)
        yield
        del ELSEWHERE[folder]


@pytest.fixture
async def settings(slack: SlackSandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Of a workspace with two teams; what a story wants otherwise than usual stands in its mark `settings`."""
    changes: dict[str, Any] = {}
    for mark in request.node.iter_markers("settings"):  # a test's own come first
        changes = mark.kwargs | changes
    settings = settings_for(slack, tmp_path, **{name: _meant(slack, value) for name, value in changes.items()})
    await seed_teams(settings, slack)
    return settings


def _meant(slack: SlackSandbox, value: Any) -> Any:
    """Ids are the sandbox's: a mark names people and channels as one says them, "@frank" and "#ops"."""
    match str(value)[:1]:
        case "@":
            return slack.user(value[1:]).id
        case "#":
            return slack.channel(value).id
    return value


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """What time it is for the bot; a story in which time passes has a clock of its own."""
    return utc_now


@pytest.fixture
async def bot(slack: SlackSandbox, settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Bot]:
    """A bot without a model."""
    async with running(slack, settings, clock=clock) as team:
        yield team


@pytest.fixture(params=DATABASES)
async def db(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database at the newest schema: each test that asks for one runs on both kinds."""
    with _database(request.param, tmp_path, request) as where:
        async with open_database(where) as database:
            yield database


@contextmanager
def _database(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path | str]:
    if engine == "sqlite":
        path = tmp_path / "chargehand.db"
        put_newest(path)
        yield path
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create()
    try:
        yield url
    finally:
        server.drop(url)


@pytest.fixture
async def github() -> AsyncIterator[GitHubSandbox]:
    """A GitHub whose traffic is held against the published description of its API."""
    contract = Contract()
    async with GitHubSandbox.start(observe=contract) as sandbox:
        yield sandbox
    assert contract.broken == []


@pytest.fixture
async def listener(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot that hears GitHub, for a workspace with two teams."""
    async with hearing(github, slack, tmp_path) as team:
        yield team
