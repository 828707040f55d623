"""What stands on a form, a button, a menu or a chart is shown whole in each language: Slack cuts or refuses it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from prompts.words import LANGUAGES, say, speaking

ROOT = Path(__file__).parents[1]
SAYS = {"say", "fixed", "phrase"}
LONGEST_NAME = "CH-99999"
# Characters that Slack takes (docs.slack.dev/reference/block-kit), by what of ours it is and the name of its part.
LIMITS = {
    ("Button", "label"): 75,
    ("Option", "label"): 75,
    ("Menu", "label"): 150,
    ("Form", "title"): 24,
    ("Form", "submit"): 24,
    ("FormKind", "title"): 24,
    ("FormKind", "submit"): 24,
    ("OpenKind", "title"): 24,
    ("OpenKind", "submit"): 24,
    ("Field", "label"): 2000,
    ("Field", "hint"): 2000,
    ("Part", "title"): 150,
    ("Chart", "title"): 50,
    ("Series", "name"): 20,
}


def named(tree: ast.Module) -> dict[str, list[str]]:
    """The fixed texts that a module's names stand for; those of a tuple or a table are all meant."""
    return {
        target.id: list(texts_in(node.value, {}))
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def texts_in(node: ast.AST, names: dict[str, list[str]]) -> Iterator[str]:
    """What is said there, as far as it can be read off the code."""
    for call in ast.walk(node):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYS and call.args):
            continue
        said = call.args[0]
        if isinstance(said, ast.Constant):
            yield said.value
        elif isinstance(said, ast.Name):
            yield from names.get(said.id, [])


def shown() -> Iterator[tuple[str, tuple[str, str], str]]:
    """Where it is, what it is, and the text."""
    for top in ("agent", "bot", "handlers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            tree = ast.parse(path.read_text())
            names = named(tree)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                    for part in call.keywords:
                        kind = (call.func.id, part.arg or "")
                        if kind in LIMITS:
                            where = f"{path.relative_to(ROOT)}:{call.lineno}"
                            yield from ((where, kind, text) for text in texts_in(part.value, names))


def filled(text: str) -> str:
    slots = {name: LONGEST_NAME for _, name, _, _ in string.Formatter().parse(text) if name}
    return str(say(text, **slots))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits(language: str) -> None:
    found = list(shown())
    assert {kind for _, kind, _ in found} == set(LIMITS), "a kind of text that is shown nowhere"
    assert len(found) > 150
    with speaking(language):
        said = [(where, kind, filled(text)) for where, kind, text in found]
    assert [(where, kind, text) for where, kind, text in said if not 0 < len(text) <= LIMITS[kind]] == []
