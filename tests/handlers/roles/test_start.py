"""A process starts only on a database that it may use: one of this version, and on a disk of this machine."""

from pathlib import Path
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.roles import EVERYTHING, Part, named, parts
from bot.settings import Settings
from handlers.roles.start import prepare, used_by
from storage import migrate
from storage.copies import FailedCopyError
from storage.migrate import WrongSchemaError

NARROW = frozenset({Part.WORKER})


def settings_on(path: Path) -> Settings:
    given: dict[str, Any] = {"database_url": f"sqlite:///{path}"}
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]  # pydantic-settings takes it


def test_a_process_with_all_roles_brings_the_schema_up_to_date(tmp_path: Path) -> None:
    prepare(settings_on(tmp_path / "new.db"), EVERYTHING)
    assert migrate.version_of(tmp_path / "new.db") == migrate.newest()
    prepare(settings_on(tmp_path / "new.db"), NARROW)


def test_one_with_a_narrower_role_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WrongSchemaError, match=r"has schema none, .*: run `python app.py db upgrade`"):
        prepare(settings_on(tmp_path / "new.db"), NARROW)
    assert not (tmp_path / "new.db").exists()


def test_a_file_on_another_machines_disk_is_refused_with_the_reason(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(SettingsError, match=r"network file system \(nfs4\), where SQLite's locks do not hold"):
        prepare(settings_on(tmp_path / "new.db"), EVERYTHING, table=mounts)
    assert not (tmp_path / "new.db").exists()


def test_a_process_answers_for_the_services_that_its_roles_call(tmp_path: Path) -> None:
    settings = settings_on(tmp_path / "new.db")
    assert used_by(frozenset({Part.CLOCK}), settings) == {}
    assert set(used_by(frozenset({Part.CLOCK, Part.WORKER}), settings)) == {"slack", "github", "llm"}


@pytest.mark.parametrize("role", [EVERYTHING, NARROW])
def test_no_empty_database_hides_a_restore_that_was_cut_off(tmp_path: Path, role: frozenset[Part]) -> None:
    (tmp_path / "old.db.restoring").touch()
    (tmp_path / "old.db.before-20300131T120000Z").touch()
    with pytest.raises(FailedCopyError, match=r"run `python app.py db restore` again.*kept as .*20300131"):
        prepare(settings_on(tmp_path / "old.db"), role)
    assert not (tmp_path / "old.db").exists()


@pytest.mark.parametrize(
    ("said", "means", "name"),
    [
        ([], EVERYTHING, "all"),
        (["all", "worker"], EVERYTHING, "all"),
        (["ingress", "worker", "clock"], EVERYTHING, "all"),
        (["clock"], {Part.CLOCK}, "clock"),
        (["clock", "worker"], {Part.WORKER, Part.CLOCK}, "worker,clock"),
    ],
)
def test_the_roles_of_a_process_have_one_name(said: list[str], means: set[Part], name: str) -> None:
    assert parts(said) == means
    assert named(parts(said)) == name
