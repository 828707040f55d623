"""`ownership …` at the command line: list, try a text, take over a CODEOWNERS file."""

from pathlib import Path

import pytest

from tests.handlers.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("newest")


def test_a_file_is_taken_over_and_what_is_unknown_is_named(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Platform", "--keyword", "redis")
    person = ("person", "add", "--slack-id", "U012ABCDEF", "--github", "Ada", "--team", "Platform")
    run(*person, "--role", "responder")
    file = tmp_path / "CODEOWNERS"
    file.write_text("/infra/ @ada\n*.md @acme/docs # later\n!x @ada\n")
    done = run("ownership", "import", str(file), "--repo", "acme/shop")
    assert done.out.splitlines() == [
        "2 lines of acme/shop are rules now.",
        "left out: line 3: `!` has no meaning in CODEOWNERS",
        "unknown owner @acme/docs: it is not linked: `group link acme/docs TEAM` does it",
    ]
    rows = [" ".join(line.split()) for line in run("ownership", "list").out.splitlines()[1:]]
    assert rows == ["1 keyword redis Platform manual", "2 path /infra/ Platform acme/shop", "3 path *.md acme/shop"]
    assert run("ownership", "test", "see infra/main.tf").out == "Platform (rule: path /infra/).\n"
    assert run("ownership", "test", "see README.md").out.startswith("No rule fits")


def test_what_cannot_be_imported_is_one_line(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Platform")
    missing = run("ownership", "import", "nowhere", "--repo", "acme/shop")
    assert (missing.code, missing.err) == (2, "nowhere cannot be read: No such file or directory.\n")
    file = tmp_path / "CODEOWNERS"
    file.write_bytes(b"\xff")
    assert "it is not text" in run("ownership", "import", str(file), "--repo", "acme/shop").err
    assert "is no repository" in run("ownership", "import", __file__, "--repo", "shop").err
