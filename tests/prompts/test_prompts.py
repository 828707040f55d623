"""Every prompt has a header that is not sent, a hash of what is, and an example that renders."""

import pytest

import prompts
from prompts import HERE, about, example, names, render


@pytest.mark.parametrize("name", names())
def test_a_prompt_renders_with_its_example(name: str) -> None:
    text = render(name, **example(name))
    assert text
    assert "purpose:" not in text
    assert "{#" not in text
    assert "{{" not in text


def test_each_example_is_of_a_prompt() -> None:
    assert sorted(path.stem for path in (HERE / "examples").glob("*.toml")) == names()


def test_a_prompt_says_what_it_is() -> None:
    found = about("triage_system")
    assert (found.name, found.version) == ("triage_system", 1)
    assert found.purpose.startswith("judges a report")
    assert len(found.hash) == 12
    assert found.mark == f"triage_system@{found.hash} v1"
    assert found.text.startswith("You triage reports")
    assert len({about(name).hash for name in names()}) == len(names()), "no two say the same"


def test_what_is_included_counts_for_the_hash() -> None:
    whole = prompts.INCLUDED.sub("", about("summary_system").text)
    assert whole != about("summary_system").text
    assert about("data_rule").text.strip() in render("summary_system", most=1)


def test_an_unknown_prompt_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"no prompt 'nothing'; there are: .*triage_system"):
        about("nothing")
