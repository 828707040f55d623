"""`demo --only llm`: the stand-in for a model's server alone, told by a script what to answer."""

import signal
from pathlib import Path

import aiohttp
import pytest

from tests.handlers.cli.conftest import Run, ended, started

SCRIPT = """
key: sk-1
rules:
- {match: {text: tea}, reply: {text: with milk}}
"""
ASKED = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "tea?"}]}


@pytest.fixture
def script(tmp_path: Path) -> str:
    (tmp_path / "my.yml").write_text(SCRIPT)
    return "my.yml"


async def test_it_answers_by_its_script_until_ctrl_c(script: str) -> None:
    process = await started("demo", "--only", "llm", "--port", "0", "--llm-script", script)
    url = (await process.stdout.readline()).decode().removeprefix("Chargehand's sandbox LLM: ").split()[0]
    async with aiohttp.ClientSession(url, headers={"authorization": "Bearer sk-1"}) as http:
        async with http.post("/v1/messages", json=ASKED) as answer:
            assert (await answer.json())["content"] == [{"type": "text", "text": "with milk"}]
        async with http.post("/v1/chat/completions", json=ASKED) as answer:
            assert (await answer.json())["choices"][0]["message"]["content"] == "with milk"
        async with http.get("/sandbox/requests") as answer:
            assert [one["status"] for one in await answer.json()] == [200, 200]
    process.send_signal(signal.SIGINT)
    outcome = await ended(process)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=sk-1" in outcome.out
    assert "It answers by the 1 rules of my.yml, then by its own for triage" in outcome.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--only", "llm", "--data", "kept"),
            "--only llm plays no story and keeps no data: leave --script, --data and --llm out.",
        ),
        (("--llm-script", "llm.yml"), "--llm-script is for the stand-in: add --only llm or --llm sandbox."),
        (("--only", "llm", "--llm-script", "llm.yml"), "llm.yml: No such file or directory. docs/sandbox_llm.md shows"),
    ],
)
def test_what_does_not_go_together_is_said(run: Run, options: tuple[str, ...], said: str) -> None:
    outcome = run("demo", *options)
    assert outcome.code == 2
    assert outcome.err.startswith(said)
