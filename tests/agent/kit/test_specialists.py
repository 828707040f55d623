"""A specialist is a file, a prompt, a test and one line; nobody else knows its name."""

from pathlib import Path

import pytest

from agent.specialists import NAMED, SPECIALISTS
from prompts import render

ROOT = Path(__file__).parents[3]


def mentions(text: str, *, below: str) -> set[str]:
    """The files that hold a text."""
    files = [file for file in (ROOT / below).rglob("*.py") if text in file.read_text(encoding="utf-8")]
    return {str(file.relative_to(ROOT)) for file in files}


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_specialist_is_three_files_and_one_line(name: str) -> None:
    assert (ROOT / f"agent/specialists/{name}.py").is_file()
    assert render(f"specialist_{name}").startswith(f"Purpose: {name}\n")
    assert mentions(f'llm, "{name}"', below="tests/journeys"), f"no test has {name} at work"
    of_list = (ROOT / "agent/specialists/__init__.py").read_text(encoding="utf-8")
    assert of_list.count(f"    {name}.SPECIALIST,\n") == 1
    assert mentions(f"specialists.{name}", below="agent") | mentions(f"specialist_{name}", below="agent") == set()


def test_every_file_of_a_specialist_is_on_the_list() -> None:
    files = {file.stem for file in (ROOT / "agent/specialists").glob("*.py")} - {"__init__", "specialist"}
    assert files == {one.name for one in SPECIALISTS}
