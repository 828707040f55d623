"""`access matrix` says who may run which verb, and whether the page of the rules says the same."""

import json
from pathlib import Path

from agent.commands.registry import VERBS
from handlers.cli.access import PAGE
from tests.handlers.cli.conftest import Run


def test_every_verb_has_a_line(run: Run) -> None:
    shown = run("access", "matrix")
    assert [verb.name for verb in VERBS if f"`{verb.name}`" not in shown.out] == []
    close = next(row for row in json.loads(run("access", "matrix", "--json").out) if row["verb"] == "close")
    assert [who for who, cell in close.items() if cell == "yes"] == ["admin", "manager"]


def test_the_page_is_held_against_the_code(run: Run, tmp_path: Path) -> None:
    shown = run("access", "matrix", "--check")
    assert (shown.code, shown.out.startswith("design.md says of ")) == (0, True)
    wrong = tmp_path / "design.md"
    page = PAGE.read_text(encoding="utf-8")
    wrong.write_text(page.replace("| `close` | yes | yes | – |", "| `close` | yes | yes | yes |"), encoding="utf-8")
    shown = run("access", "matrix", "--check", "--page", str(wrong))
    assert shown.code == 1
    said, decided = shown.out.splitlines()
    assert said.startswith("design.md says:      `close` | yes | yes | yes |")
    assert decided.startswith("the code decides: `close` | yes | yes | – |")
