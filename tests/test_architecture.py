"""Fails when a file imports against the rules of docs/design.md 4, or a mechanism is gone round."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from agent.commands.registry import VERBS
from bot.scheduler import SCHEDULES
from handlers.jobs import JOBS
from storage.migrate import load_tables

ROOT = Path(__file__).parents[1]
LAYERS: dict[str, set[str]] = {
    "app": {"handlers", "agent", "bot", "storage", "prompts"},
    "handlers": {"handlers", "agent", "bot", "storage", "prompts"},
    "agent": {"agent", "bot", "storage", "prompts"},
    "bot": {"bot", "storage", "prompts"},
    "storage": {"storage"},
    "prompts": {"prompts"},
}
WAYS_IN = ("cli", "github", "jobs", "slack", "web")
# Library -> the places that may import it. The sandbox stands for the outside world, so its doors are its own.
DOORS = {
    "slack_bolt": ("bot.slack", "handlers.slack"),
    "slack_sdk": ("bot.slack",),
    "anthropic": ("bot.llm.anthropic",),
    "httpx2": ("bot.llm.anthropic",),
    "aiohttp": (
        "bot.llm.openai",
        "bot.server",
        "bot.slack",
        "bot.smoke",
        "bot.sandbox",
        "handlers.web",
        "handlers.github",
    ),
    "githubkit": ("bot.github",),
    "httpx": ("bot.github",),
    "limits": ("bot.clients", "bot.settings", "handlers.github"),
    "cryptography": ("storage.webhook_secrets", "bot.sandbox"),
    "sqlmodel": ("storage",),
    "sqlalchemy": ("storage",),
    "aiosqlite": ("storage",),
    "psycopg": ("storage.postgres",),
    "alembic": ("storage.migrate", "storage.migrations"),
    "apscheduler": ("bot.scheduler",),
    "dateutil": ("agent.calendar.spoken.series",),
    "holidays": ("agent.calendar.country",),
    "jinja2": ("prompts",),
    "markdown_it": ("agent.guardrails.outgoing",),
    "opentelemetry": ("bot.spans.otlp",),
    "pydantic_settings": ("bot.settings",),
    "typer": ("handlers.cli",),
    "rich": ("handlers.cli",),
    "yaml": ("handlers.cli", "bot.sandbox"),
}
DEMO = ("", "_company", "_eval", "_github", "_llm", "_model", "_place", "_story")
SANDBOX_USERS = ("bot.sandbox", *(f"handlers.cli.demo{part}" for part in DEMO))
LONGEST = 250
LONG_FOR_A_REASON = {
    "bot/settings/table.py": "one table: every setting",
    "storage/migrations/versions/0001_the_first_tables.py": "generated: every table of the first version",
}


@cache
def sources() -> dict[str, Path]:
    """Module name -> file, for the program itself."""
    files = [ROOT / "app.py", *(file for package in list(LAYERS)[1:] for file in (ROOT / package).rglob("*.py"))]
    return {_module(file): file for file in sorted(files)}


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(sources()[module].read_text(encoding="utf-8"))


@cache
def nodes_of(module: str) -> tuple[ast.AST, ...]:
    """Its whole tree, walked once for all tests."""
    return tuple(ast.walk(tree_of(module)))


@cache
def imports(module: str) -> tuple[str, ...]:
    """Everything a module imports, late imports included, as full names."""
    return tuple(_imported(nodes_of(module)))


def _imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name: str, *places: str) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


@pytest.mark.parametrize("package", LAYERS)
def test_a_layer_imports_only_itself_and_what_is_below(package: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module in sources()
        if inside(module, package)
        for name in imports(module)
        if name.split(".")[0] in LAYERS and name.split(".")[0] not in LAYERS[package]
    ]
    assert wrong == []


@pytest.mark.parametrize(("one", "other"), list(permutations(WAYS_IN, 2)))
def test_the_ways_in_do_not_know_one_another(one: str, other: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module in sources()
        if inside(module, f"handlers.{one}")
        for name in imports(module)
        if inside(name, f"handlers.{other}")
    ]
    assert wrong == []


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = {module for module in sources() if any(inside(name, library) for name in imports(module))}
    assert users, f"nothing uses {library} any more: drop its door"
    assert {user for user in users if not inside(user, *DOORS[library])} == set()


def test_the_sandbox_is_for_the_demo_and_tests() -> None:
    users = {module for module in sources() if any(inside(name, "bot.sandbox") for name in imports(module))}
    assert {user for user in users if not inside(user, *SANDBOX_USERS)} == set()


def test_only_a_turn_gives_out_tools_and_only_the_executor_uses_them() -> None:
    """Who else made a grant, or called a tool's function, would go round all that is asked before each use."""
    assert _callers("Grant") == {"agent.kit.grants"}
    assert _callers("mint") == {"agent.turns.granted"}
    assert _callers("execute", of="agent.kit.executor") == {"agent.turns.loop"}
    assert {module for module in _using("function") if not inside(module, "agent.kit.tool")} == set()
    assert {module for name in ("read", "line") for module in _using(name, of="tool")} == {"agent.kit.executor"}
    of_tools = {module for module in sources() if any(inside(name, "agent.tools") for name in imports(module))}
    assert {module for module in of_tools if not inside(module, "agent.specialists", "agent.tools")} == set()


def _callers(name: str, *, of: str = "agent") -> set[str]:
    """Modules that call what is imported, or made, under this name; handed on is called."""
    return {
        module
        for module in sources()
        if inside(module, "agent.kit.grants")
        or any(inside(one, of) and one.endswith(f".{name}") for one in imports(module))
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


def _using(attribute: str, *, of: str = "") -> set[str]:
    """Modules of the agent that call this of something, or of what has that name."""
    return {
        module
        for module in sources()
        if inside(module, "agent")
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
        if not of or (isinstance(node.func.value, ast.Name) and node.func.value.id == of)
    }


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        module
        for module in sources()
        for node in nodes_of(module)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers <= {"bot.settings"}


def test_every_way_in_runs_a_command_by_its_words() -> None:
    """What a verb does is called where commands are run: so grammar, permission and record are the same everywhere.

    A message that is no command is a report, and an operator who has no name in Slack sets a policy by the same act.
    """
    acts = {(act.__module__, act.__name__) for act in (getattr(one.act, "func", one.act) for one in VERBS)}
    callers = {
        (module, *called)
        for module in sources()
        if inside(module, "handlers", "agent") and not inside(module, "agent.commands")
        for called in _named(module) & acts
    }
    assert callers == {
        ("agent.conversation", "agent.commands.report", "report"),
        ("handlers.cli.sla", "agent.commands.sla", "set_or_show"),
    }


def _named(module: str) -> set[tuple[str, str]]:
    """What a module names of others: their modules, and the names there."""
    nodes = list(ast.walk(tree_of(module)))
    taken = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    attributes = {
        (".".join(taken[node.value.id]), node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in taken
    }
    return set(taken.values()) | attributes


def test_effects_in_slack_go_through_the_outbox() -> None:
    """What posts, edits or reacts is called where the outbox's rows are delivered, and Bolt's short cuts nowhere."""
    effect = re.compile(r"(chat_(?!getPermalink)|reactions_(?!get|list)|files_)\w+")
    callers = {
        module
        for module in sources()
        if not inside(module, "bot.sandbox")
        for node in nodes_of(module)
        if isinstance(node, ast.Attribute) and effect.fullmatch(node.attr)
    }
    assert callers == {"bot.slack.deliver", "bot.slack.upload", "bot.slack.stream"}
    short_cuts = {
        f"{module}: {node.arg}"
        for module in sources()
        if inside(module, "handlers.slack")
        for node in nodes_of(module)
        if isinstance(node, ast.arg) and node.arg in {"say", "respond", "say_stream", "set_status"}
    }
    assert short_cuts == set()


def test_what_is_recorded_goes_with_its_words() -> None:
    """`audit.record` writes the event and its words; an event that is added by itself would lose them."""
    wrong = [
        f"{module}:{node.lineno}"
        for module in sources()
        for node in nodes_of(module)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AuditEvent"
        if {"before", "after"} & {keyword.arg for keyword in node.keywords}
    ]
    assert wrong == [], "give them to audit.record"


def test_columns_hold_no_counts() -> None:
    """Load, votes and totals are counted from rows: a counter drifts at the first crash."""
    load_tables()
    columns = {f"{table.name}.{column.name}" for table in SQLModel.metadata.sorted_tables for column in table.c}
    assert len(columns) > 50
    counts = re.compile(r"(_count|_total|_sum|[._]load)$|\.(num|count|total)_|(open|active|current)_(tickets|assign)")
    assert counts.search("people.open_tickets")
    assert [name for name in columns if counts.search(name)] == []


def test_every_row_says_whose_workspace_it_is() -> None:
    load_tables()
    without = {table.name for table in SQLModel.metadata.sorted_tables if "workspace_id" not in table.c}
    assert without == {"leases", "workers", "buckets", "slots"}  # processes and their roles, not rows of a workspace


def test_job_names_are_unique() -> None:
    keys = [key.value for node in nodes_of("handlers.jobs") if isinstance(node, ast.Dict) for key in _keys(node)]
    assert set(keys) == set(JOBS)
    assert [name for name, times in Counter(keys).items() if times > 1] == []
    assert len({kind.function for kind in JOBS.values()}) == len(JOBS)


def _keys(node: ast.Dict) -> list[ast.Constant]:
    return [key for key in node.keys if isinstance(key, ast.Constant)]


def test_the_clock_asks_only_for_jobs_that_exist() -> None:
    assert {schedule.job for schedule in SCHEDULES} <= set(JOBS)


@cache
def stories() -> tuple[str, ...]:
    """The tests of all folders, as text."""
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if file.parent != ROOT / "tests"]
    return tuple(file.read_text(encoding="utf-8") for file in tests)


@pytest.mark.parametrize("job", JOBS)
def test_every_job_has_a_test_that_names_it(job: str) -> None:
    assert any(f'"{job}"' in text for text in stories()), f'no test mentions "{job}"'


def test_files_stay_short() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in sources().values()
    }
    assert {name for name, length in lengths.items() if length > LONGEST} <= set(LONG_FOR_A_REASON)
    assert set(LONG_FOR_A_REASON) <= set(lengths)


def test_nothing_the_program_needs_is_ignored_by_git() -> None:
    """A file that only the author's checkout has is missing in everybody else's."""
    patterns = [line for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split() if line[0] not in "#!"]
    files = [file for package in list(LAYERS)[1:] for file in (ROOT / package).rglob("*") if file.is_file()]
    mine = [file.relative_to(ROOT) for file in files if "__pycache__" not in file.parts]
    wrong = {str(file): pattern for file in mine for pattern in patterns if _is_ignored(file, pattern)}
    assert wrong == {}


def _is_ignored(file: Path, pattern: str) -> bool:
    if pattern.startswith("/"):
        return file.is_relative_to(pattern.strip("/"))
    return any(fnmatch(part, pattern.rstrip("/")) for part in file.parts)


def test_every_module_opens_with_one_sentence() -> None:
    written = {module for module, file in sources().items() if file.read_text(encoding="utf-8").strip()}
    openings = {module: (ast.get_docstring(tree_of(module)) or "").partition("\n")[0] for module in written}
    assert [module for module, line in openings.items() if not line.rstrip().endswith((".", ":"))] == []


def test_no_test_patches_the_code_it_tests() -> None:
    forbidden = re.compile(r"unittest\.mock|from unittest import mock|\bmocker\b|monkeypatch\.setattr")
    here = Path(__file__)
    tests = [file for file in (ROOT / "tests").rglob("*.py") if file != here]
    assert [file.name for file in tests if forbidden.search(file.read_text(encoding="utf-8"))] == []
