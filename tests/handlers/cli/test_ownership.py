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


def test_a_table_of_rules_takes_the_place_of_what_it_said_before(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Platform", "--keyword", "redis")
    run("person", "add", "--slack-id", "U012ABCDEF", "--name", "ada")
    file = tmp_path / "owners.csv"
    file.write_text("\ufeffkind;pattern;team;people\nkeyword;kafka;platform;U012ABCDEF\npath;/infra/;Platform;\n")
    for _ in range(2):
        assert run("ownership", "import", str(file)).out == "2 lines of owners.csv are rules now.\n"
    rows = [" ".join(line.split()[1:]) for line in run("ownership", "list").out.splitlines()[1:]]
    assert rows == [
        "keyword redis Platform manual",
        "keyword kafka Platform owners.csv",
        "path /infra/ Platform owners.csv",
    ]
    file.write_text("kind,pattern,team\nkeyword,etcd,Platform\nword,x,Platform\nkeyword,y,Nowhere\n")
    wrong = run("ownership", "import", str(file))
    assert (wrong.code, wrong.err.splitlines()) == (
        2,
        [
            "Nothing was changed, since something is wrong:",
            "• line 3: “word” is no kind: write path or component or label or keyword or channel.",
            "• line 4: There is no team “Nowhere”.",
        ],
    )
    assert len(run("ownership", "list").out.splitlines()) == 4
    file.write_text("path,owner\n")
    assert run("ownership", "import", str(file)).err.startswith("Line 1: write the columns kind, pattern, team, people")
    assert "name the repository of a CODEOWNERS file" in run("ownership", "import", __file__).err
