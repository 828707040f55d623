"""Fails when a setting, command, job or table is missing in the docs, or when one of their examples does not work."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel

from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.commands.verb import Verb
from agent.kit.page import described
from agent.matrix import matrix
from agent.people.settable import PERSON, TEAM, Preference
from agent.specialists import SPECIALISTS
from app import serve
from bot import metrics
from bot.settings import Settings, env_name
from bot.settings.providers import Provider
from bot.slack.scopes import SCOPES
from handlers.cli import build_cli
from handlers.jobs import JOBS
from handlers.wanted import SUBSCRIBED
from storage.migrate import load_tables
from tests.routes import paths

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)")
TYPED = tuple(verb for verb in VERBS if not verb.is_for_buttons)
PROVIDERS = "llm"  # the one field that many settings make, told in a table of its own
OF_A_PROVIDER = re.compile(rf"CHARGEHAND_LLM__[A-Z]+__({'|'.join(map(str.upper, Provider.model_fields))})")
# Shown as errors and in logs for people to look up, not as something to type.
NOT_TYPED = "…"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def snippets(start: str) -> Iterator[str]:
    """Each line of code in the docs that begins with `start`, without a comment behind it."""
    for doc in DOCS:
        for block in CODE.findall(doc.read_text(encoding="utf-8")):
            for line in block.strip("`").splitlines():
                found = re.match(rf"\s*(?:\$ )?(?:\S*/)?({re.escape(start)}\b.*)", line)
                if found and NOT_TYPED not in line:
                    yield found.group(1).partition("  #")[0].strip()


def examples(start: str) -> list[str]:
    found = sorted(set(snippets(start)))
    assert found, f"no example of {start} anywhere"
    return found


def generated(name: str, mark: str) -> str:
    """What stands between `<!-- mark -->` and `<!-- /mark -->` on a page."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", page(name), re.DOTALL)
    assert found, f"{name} has no <!-- {mark} --> … <!-- /{mark} -->"
    return found.group(1)


def assert_table(name: str, mark: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Compare a table of a page with what the code says; the right one is printed to be pasted."""
    lines = [head, tuple("---" for _ in head), *rows]
    table = "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
    assert generated(name, mark) == table, f"put this between the marks `{mark}` of {name}:\n\n{table}"


def setting_rows(fields: dict[str, FieldInfo], name_of: Callable[[str], str]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{name_of(name)}`",
            f"`{field.default}`" if field.default not in (None, "", PydanticUndefined) else "–",
            str(field.description),
        )
        for name, field in fields.items()
        if name != PROVIDERS
    ]


def test_every_setting_is_in_the_table() -> None:
    rows = setting_rows(Settings.model_fields, env_name)
    assert_table("docs/settings.md", "settings", ("setting", "default", "what it does"), rows)


def test_every_setting_of_a_provider_is_in_the_table() -> None:
    rows = setting_rows(Provider.model_fields, lambda name: f"CHARGEHAND_LLM__<NAME>__{name.upper()}")
    assert_table("docs/settings.md", "provider settings", ("setting", "default", "what it does"), rows)


def test_the_example_file_names_every_setting_once() -> None:
    named = re.findall(r"^#?\s?([A-Z][A-Z_]+)=", page(".env.example"), re.MULTILINE)
    plain = [name for name in named if not OF_A_PROVIDER.fullmatch(name)]
    assert sorted(plain) == sorted(env_name(name) for name in Settings.model_fields if name != PROVIDERS)


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {env_name(name) for name in Settings.model_fields} | {"CHARGEHAND_NO_BROWSER", "CHARGEHAND_CHROMIUM"}
    for doc in [*DOCS, ROOT / ".env.example"]:
        named = set(re.findall(r"\b(?:CHARGEHAND|SLACK|ANTHROPIC|GITHUB)_[A-Z_]+\b", doc.read_text(encoding="utf-8")))
        # A name that is cut at <NAME> or … stands for several.
        assert {name for name in named if not OF_A_PROVIDER.fullmatch(name) and name[-1] != "_"} <= known, doc.name


@pytest.mark.parametrize("name", ["README.md", "docs/commands.md"])
def test_every_command_is_in_the_table(name: str) -> None:
    rows = [(f"`{verb.usage}`", verb.summary, verb.who_may) for verb in TYPED]
    assert_table(name, "commands", ("command", "what it does", "who may"), rows)


def test_every_synonym_is_in_the_table() -> None:
    rows = [(f"`{verb.name}`", ", ".join(f"`{word}`" for word in verb.words[1:])) for verb in TYPED if verb.words[1:]]
    assert_table("docs/commands.md", "synonyms", ("command", "also"), rows)


def test_who_may_run_what_is_in_the_table() -> None:
    head, *rows = matrix()
    assert_table("docs/design.md", "matrix", head, rows)


@pytest.mark.parametrize(("mark", "table"), [("team settings", TEAM), ("person settings", PERSON)])
def test_every_setting_of_teams_and_people_is_in_the_table(mark: str, table: tuple[Preference, ...]) -> None:
    rows = [(f"`{one.key}`", one.kind.words, one.default, one.meaning) for one in table]
    assert_table("docs/people.md", mark, ("key", "value", "default", "what it is"), rows)


def test_every_tool_is_in_the_table() -> None:
    rows = [
        (
            f"`{tool['name']}`",
            tool["risk"],
            tool["reach"],
            tool["permission"],
            tool["undo"] or "–",
            ", ".join(f"`{name}`" for name in tool["specialists"]),
            tool["description"],
        )
        for tool in described(SPECIALISTS)
    ]
    head = ("tool", "risk", "reach", "permission", "undone by", "specialists", "what it does")
    assert_table("docs/tools.md", "tools", head, rows)


def test_every_job_is_in_the_table() -> None:
    rows = [(f"`{name}`", (kind.function.__doc__ or "").partition("\n")[0]) for name, kind in JOBS.items()]
    assert all(meaning for _, meaning in rows)
    assert_table("docs/operations.md", "jobs", ("job", "what it does"), rows)


def test_every_scope_is_in_the_table() -> None:
    rows = [(f"`{scope.name}`", scope.why + (" (*vital*)" if scope.is_vital else "")) for scope in SCOPES]
    assert_table("docs/operations.md", "scopes", ("bot scope", "what it is for"), rows)


def test_every_table_is_described() -> None:
    load_tables()
    described = re.findall(r"^\| `(\w+)` \|", generated("docs/operations.md", "tables"), re.MULTILINE)
    assert sorted(described) == sorted(SQLModel.metadata.tables)


def test_every_path_is_in_the_table() -> None:
    described = re.findall(r"^\| `(/\S+)` \|", generated("docs/operations.md", "routes"), re.MULTILINE)
    assert sorted(described) == paths()


def test_every_metric_is_in_the_table() -> None:
    rows = [
        (f"`{metric.name}`", ", ".join(f"`{label}`" for label in metric.labels) or "–", metric.text)
        for metric in metrics.catalogue()
    ]
    assert_table("docs/metrics.md", "metrics", ("metric", "labels", "what it is"), rows)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_commands_own_examples_are_that_command(verb: Verb) -> None:
    for example in (verb.example, verb.another):
        parsed = parse(example, VERBS)
        assert parsed is not None
        assert (parsed.verb.name, parsed.problem) == (verb.name, "")


@pytest.mark.parametrize("line", examples("/chargehand"))
def test_a_slash_command_of_the_docs_is_a_command(line: str) -> None:
    words = line.removeprefix("/chargehand").strip()
    if not words:  # alone it shows the help
        return
    parsed = parse(words, VERBS)
    assert parsed is not None, f"{line} is no command"
    assert parsed.problem == ""


@pytest.mark.parametrize("line", examples("@chargehand"))
def test_a_mention_of_the_docs_is_a_command_or_a_report(line: str) -> None:
    words = line.removeprefix("@chargehand").strip()
    parsed = parse(words, VERBS)
    if parsed is None or parsed.problem:
        # A report: nothing, which shows the help, or words that cannot be taken for a command gone wrong.
        assert words == "" or len(words.split()) > 2, f"{line} is neither a command nor a report"
        assert not re.search(r"\bCH-\d", words), f"{line}: {parsed.problem if parsed else 'no such verb'}"


def command_line() -> Any:
    """The whole CLI as the tree of commands that typer makes of it."""
    return typer.main.get_command(build_cli(serve))  # type: ignore[arg-type]


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every verb with its full name, `jobs list`."""
    for word, child in getattr(command, "commands", {}).items():
        yield from leaves(child, f"{name} {word}".strip())
    if not hasattr(command, "commands"):
        yield name, command


@pytest.mark.parametrize("line", examples("python app.py"))
def test_a_command_line_of_the_docs_is_understood(line: str) -> None:
    """Parsed by the CLI itself, options and types included, but not run."""
    words = shlex.split(line.removeprefix("python app.py"))
    command, context = command_line(), None
    while hasattr(command, "commands"):
        if words and words[0].startswith("--"):
            assert any(words[0] in option.opts for option in command.params) or words == ["--help"]
            return
        assert words, f"{line} names no verb"
        assert words[0] in command.commands, f"{line}: no verb {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    if words != ["--help"]:
        command.make_context(command.name, words, parent=context)


def test_every_verb_of_the_command_line_is_in_the_docs() -> None:
    shown = page("docs/operations.md")
    missing = [name for name, _ in leaves(command_line()) if not re.search(rf"python app\.py {name}\b", shown)]
    assert missing == []


def test_every_make_target_is_in_the_docs() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", page("Makefile"), re.MULTILINE)
    missing = [target for target in targets if f"make {target}" not in page("CONTRIBUTING.md")]
    assert missing == []
    named = {target for doc in DOCS for target in re.findall(r"`make ([a-z-]+)", doc.read_text(encoding="utf-8"))}
    assert named <= set(targets)


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_no_link_leads_nowhere(doc: Path) -> None:
    targets = LINK.findall(doc.read_text(encoding="utf-8"))
    assert [target for target in targets if not (doc.parent / target).exists()] == []


def test_a_hook_is_told_to_send_each_event_that_is_wanted() -> None:
    [told] = re.findall("<!-- events -->(.*)<!-- /events -->", page("docs/operations.md"))
    assert tuple(re.findall(r"`(\w+)`", told)) == SUBSCRIBED
