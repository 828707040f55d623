"""Control words are whole messages in four languages; a sentence with one of them in it is none."""

import tomllib
from pathlib import Path

import pytest

from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.turns import control
from agent.turns.control import control_word, is_dry_run, is_go_ahead, split_go_ahead
from agent.turns.hearing.vocabulary import LANGUAGES

LISTS = tomllib.loads((Path(control.__file__).parent / "data" / "control.toml").read_text(encoding="utf-8"))
WHOLE = ("stop", "mute", "unmute", "resume")


def phrases(table: str) -> list[str]:
    return [phrase for listed in LISTS[table].values() for phrase in listed]


@pytest.mark.parametrize("table", LISTS)
def test_every_table_knows_every_language(table: str) -> None:
    assert set(LISTS[table]) == ({"en"} if table == "no_aside" else set(LANGUAGES))


@pytest.mark.parametrize(("word", "phrase"), [(word, phrase) for word in WHOLE for phrase in phrases(word)])
def test_a_phrase_is_its_word_however_it_is_written(word: str, phrase: str) -> None:
    written = (f"  {phrase.upper()}!! ", f"*{phrase}*.", f"{phrase} :pray:", phrase.replace(" ", "  "))
    for said in (phrase, *written, f"{phrase} please", f"Bitte {phrase}!"):
        assert control_word(said) == word


@pytest.mark.parametrize(
    "text",
    [
        "stop the deploy",
        "stopping now",
        "does it stop?",
        "please stop the nightly export",
        "mute CH-4",
        "mute this thread until tomorrow",
        "unmute <@U2>",
        "resume the review of #88",
        "non-stop",
        "stop <@U2>",
        "stop " * 30,
        "para el martes",
        "laut Log ist Redis weg",
        "",
        "?!",
    ],
)
def test_more_than_the_word_is_none(text: str) -> None:
    assert control_word(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("aside: lunch?", "!aside lunch?", "(aside) lunch?", "aside lunch?", "Aside – lunch?", "aside"),
        *("nebenbei: Essen?", "(aparté) on mange ?", "aparte: comemos"),
    ],
)
def test_asides(text: str) -> None:
    assert control_word(text) == "aside"


@pytest.mark.parametrize(
    "text",
    ["aside from the login all fails", "Aside of that it works", "nebenbei läuft der Build nicht", "set it aside"],
)
def test_sentences_that_are_no_asides(text: str) -> None:
    assert control_word(text) is None


@pytest.mark.parametrize("phrase", [phrase for word in WHOLE for phrase in phrases(word)])
def test_a_control_word_is_no_other_command(phrase: str) -> None:
    parsed = parse(phrase, VERBS, is_message=True)
    assert parsed is None or parsed.problem or parsed.verb.name == control_word(phrase)


def test_a_word_belongs_to_one_table() -> None:
    known = [control._bare(phrase) for word in WHOLE for phrase in dict.fromkeys(map(control._bare, phrases(word)))]
    assert len(known) == len(set(known))


@pytest.mark.parametrize("phrase", phrases("go_ahead"))
def test_a_go_ahead_is_a_whole_answer_or_the_end_of_a_report(phrase: str) -> None:
    assert is_go_ahead(f"{phrase.capitalize()}!")
    assert not is_go_ahead(f"redis is down, {phrase}")
    assert split_go_ahead(f"redis is down, {phrase}.") == ("redis is down", True)


def test_a_report_without_a_go_ahead_is_left_as_it_is() -> None:
    for text in ("redis is down, payments fail", "we just do it by hand", "", "-" * 5000, "a, " * 2000):
        assert split_go_ahead(text) == (text, False)


@pytest.mark.parametrize("phrase", phrases("dry_run"))
def test_what_is_only_to_be_tried_is_said_first(phrase: str) -> None:
    for said in (f"{phrase}: give CH-1 to bob", f" *{phrase.upper()}*: give CH-1 to bob", f"{phrase} : close it"):
        assert is_dry_run(said), said
    assert not is_dry_run(f"{phrase} give CH-1 to bob")
    assert not is_dry_run(f"the {phrase}: it failed")


@pytest.mark.parametrize(
    ("text", "is_dry"),
    [
        ("give CH-1 to bob --dry-run", True),
        ("give CH-1 to bob —dryrun.", True),
        ("--dry-run give CH-1 to bob", True),
        ("give CH-1 to bob\nand CH-2 to eve --dry-run", True),
        ("why does terraform --dry-run fail?", False),
        ("the dry run of the failover is broken", False),
        ("give CH-1 to bob x--dry-run", False),
    ],
)
def test_the_option_stands_first_or_last(text: str, is_dry: bool) -> None:
    assert is_dry_run(text) == is_dry
