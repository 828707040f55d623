"""Every fixed text is there in every language, with the same slots, and none that nobody says."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from prompts.words import ENGLISH, LANGUAGES, catalogue, phrase, say, say_of, speaking

ROOT = Path(__file__).parents[1]
FORMS = {"say": slice(0, 1), "fixed": slice(0, 1), "phrase": slice(0, 1), "say_of": slice(1, 3)}
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def texts() -> dict[str, str]:
    """Text -> where it is said."""
    return {
        text: f"{path.relative_to(ROOT)}:{call.lineno}"
        for top in ("agent", "bot", "handlers")
        for path in sorted((ROOT / top).rglob("*.py"))
        for call, text in said_in(ast.parse(path.read_text()))
    }


def said_in(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in FORMS:
            for given in call.args[FORMS[call.func.id]]:
                if isinstance(given, ast.Constant):
                    yield call, given.value
                else:  # a text from a table, where `fixed` marks it
                    assert isinstance(given, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.IfExp), (
                        f"line {call.lineno} gives no fixed text: {ast.unparse(given)}"
                    )


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_each_text_with_the_same_slots(language: str) -> None:
    said, there = texts(), catalogue(language)
    assert {text: where for text, where in said.items() if not there.get(text)} == {}, "not translated"
    assert sorted(there.keys() - said.keys()) == [], "said nowhere"
    assert [text for text, other in there.items() if slots(text) != slots(other)] == [], "other slots"
    assert [text for text in there if text[:1] == " " and there[text][:1] != " "] == [], "joins on without a space"


def test_a_phrase_is_said_in_the_language_of_who_hears_it() -> None:
    change = phrase("claimed by {who}", who=phrase("@{name} on GitHub", name="bob"))
    assert str(change) == "claimed by @bob on GitHub"
    with speaking("de"):
        assert str(change) == "übernommen von @bob auf GitHub"
        assert say_of(1, "1 duplicate", "{count} duplicates") == "1 Duplikat"
        assert say_of(3, "1 duplicate", "{count} duplicates") == "3 Duplikate"
        assert say("nobody has {this} yet", this="one") == "nobody has one yet", "what is missing is said in English"
    with speaking("xx"):
        assert say("nobody") == "nobody"
