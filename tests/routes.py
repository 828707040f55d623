"""Every path that the program answers, as its sources name them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def paths() -> list[str]:
    """The paths in the functions that attach ways in."""
    found = set()
    for folder in ("handlers/web", "handlers/github"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.name == "register":
                    found |= {leaf.value for leaf in ast.walk(node) if _is_path(leaf)}
    return sorted(found)


def _is_path(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/")
