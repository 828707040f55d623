"""`eval route` says how well messages are understood, and fails where a write was wrong or too few are right."""

import asyncio
import json
from pathlib import Path

import pytest

from agent.turns.trial import read_lines, score
from bot.sandbox.llm import LlmSandbox, Match, Reply, Rule
from tests.handlers.cli.conftest import ROOT, Run, app

LINES = ROOT / "tests" / "eval" / "route.jsonl"


def written(*lines: dict[str, object]) -> str:
    file = Path("lines.jsonl")
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(file)


def line(text: str, *specialists: str, command: str = "", thread: str | None = None) -> dict[str, object]:
    expected: dict[str, object] = {"command": command} if command else {"specialists": list(specialists)}
    return {"text": text, "place": "channel", "thread": thread, "phase": None, "expect": expected}


def test_rules_choose_no_wrong_write(run: Run) -> None:
    outcome = run("eval", "route", str(LINES), "--provider", "rules", "--min-accuracy", "0.9")
    assert outcome.code == 0, outcome
    assert outcome.out.splitlines()[-1] == "wrong writes 0"
    assert "invalid 0.0%" in outcome.out
    assert outcome.out.split()[:5] == ["class", "lines", "right", "wrong", "left"]


def test_the_grammar_takes_every_command_line() -> None:
    total = score(read_lines(LINES.read_text(encoding="utf-8")))
    assert total.left["command"] + total.left["control"] == 0
    assert total.wrong == []
    assert total.invalid == []
    assert total.lines.total() >= 200


def test_for_programs(run: Run) -> None:
    file = written(
        line("redis is down", "create"), line("hm"), line("thanks", "courtesy"), line("list", command="list")
    )
    told = json.loads(run("eval", "route", file, "--json").out)
    assert (told["lines"], told["decided"], told["left"], told["accuracy"]) == (4, 3, 1, 1.0)
    assert told["classes"][0] == {"class": "command", "lines": 1, "right": 1, "wrong": 0, "left": 0}
    assert (told["wrong_writes"], told["tokens"], told["usd"]) == ([], 0, 0)


def test_a_wrong_write_is_named_and_fails(run: Run) -> None:
    outcome = run("eval", "route", written(line("redis is down", "research"), line("thanks", "courtesy")))
    assert outcome.code == 1
    assert "line 1 is wrong: rules: report redis is down" in outcome.out
    assert outcome.out.splitlines()[-1] == "wrong writes 1"


def test_a_command_for_somebody_else_is_a_wrong_write(run: Run) -> None:
    outcome = run("eval", "route", written(line("assign CH-4 to <@U2> please", command="assign CH-4 <@U3>")))
    assert (outcome.code, outcome.out.splitlines()[-1]) == (1, "wrong writes 1")


@pytest.mark.parametrize(("least", "code"), [("0.5", 0), ("0.9", 1)])
def test_too_few_that_are_right_fail(run: Run, least: str, code: int) -> None:
    file = written(line("thanks", "courtesy"), line("why does CI fail on #88?", "create"))
    assert run("eval", "route", file, "--min-accuracy", least).code == code


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Line 1 is no JSON"),
        ("[]", "Line 1 has no text, or nothing that is expected"),
        ('{"text": "x", "expect": {}}', "Line 1 expects neither a command nor specialists"),
        ('{"text": "x", "expect": {"specialists": "create"}}', "Line 1 expects neither"),
        ('{"text": "x", "expect": {"command": "list"}, "plaec": "dm"}', "Line 1 has a key that is not known: plaec"),
        ('{"text": "x", "place": "moon", "expect": {"command": "list"}}', "neither channel nor dm"),
        ("", "The file has 0 lines"),
    ],
)
def test_a_line_that_is_none_is_named(run: Run, text: str, why: str) -> None:
    Path("lines.jsonl").write_text(text, encoding="utf-8")
    outcome = run("eval", "route", "lines.jsonl")
    assert (outcome.code, outcome.out) == (2, "")
    assert why in outcome.err


def test_what_cannot_be_measured_says_so(run: Run) -> None:
    outcome = run("eval", "route", str(LINES), "--provider", "main")
    assert outcome.code == 2
    assert "No provider is called main; there are: sandbox." in outcome.err
    assert run("eval", "route", "nowhere.jsonl").code == 1
    Path("odd.jsonl").write_bytes(b"\xff\xfe")
    assert "no text in UTF-8" in run("eval", "route", "odd.jsonl").err


async def test_a_models_answers_are_measured_as_the_router_asks_for_them() -> None:
    file = written(
        line("redis is down", "create"),  # rules know it
        line("give the login crash to <@U2>", "assign", thread="CH-4"),
        line("hm"),
        line("close button does nothing", "create"),
        line("don't assign CH-4 to <@U2>", "assign"),
    )
    steps = [{"specialist": "assign", "goal": "x"}]
    async with LlmSandbox.start() as llm:
        llm.add(
            Rule(name="odd", match=Match(opening="close button"), reply=Reply(text="nobody")),
            Rule(name="reads", match=Match(text="hm"), reply=Reply(json={"steps": [{"specialist": "research"}]})),
            Rule(name="gives", match=Match(purpose="^route"), reply=Reply(json={"steps": steps, "reason": "so"})),
        )
        settings = {
            "CHARGEHAND_LLM__LOCAL__KIND": "anthropic",
            "CHARGEHAND_LLM__LOCAL__BASE_URL": llm.url,
            "CHARGEHAND_LLM__LOCAL__API_KEY": "sk-test",
            "CHARGEHAND_PRICES": '{"claude-haiku-5-5": {"input": 1, "output": 5}}',
        }
        ask = ("eval", "route", file, "--provider", "local")
        told = json.loads((await asyncio.to_thread(app, *ask, "--json", **settings)).out)
        assert (told["lines"], told["decided"], told["left"], told["asked"]) == (5, 5, 0, 4)
        assert told["accuracy"] == 0.8
        assert told["invalid"] == [{"line": 4, "said": "model gave no valid answer"}]
        assert told["wrong_writes"] == [], "who works on it is no write"
        assert told["tokens"] > 1000
        assert told["usd"] > 0
        assert "The thread is about CH-4" in str(llm.requests)
        shown = (await asyncio.to_thread(app, *ask, "--min-accuracy", "0.9", **settings)).out
        assert f"asked 4, tokens {told['tokens']}, cost $0.0" in shown
        llm.fail(status=401, times=100)
        failed = await asyncio.to_thread(app, *ask, **settings)
    assert (failed.code, "local answered nothing" in failed.err) == (2, True)
