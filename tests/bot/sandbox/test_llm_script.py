"""A script file says what is answered; the one of the docs is played, and a wrong line is named."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import UserError
from bot.sandbox.llm import Fault, LlmSandbox, read_script

DOC = Path(__file__).parents[3] / "docs" / "sandbox_llm.md"
AS_TOML = """
key = "sk-1"
models = ["small-1"]
defaults = false

[[rules]]
name = "tea"
times = 1
match = {text = "tea"}
reply = {calls = [{name = "brew", arguments = {minutes = 3}}]}
faults = [{kind = "status", status = 429, retry_after = 3600}]
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_says_the_same(tmp_path: Path) -> None:
    script = read_script(written(tmp_path / "llm.toml", AS_TOML))
    [rule] = script.rules
    assert (script.key, script.models, script.defaults, rule.times) == ("sk-1", ("small-1",), False, 1)
    assert rule.reply.calls[0].arguments == {"minutes": 3}
    assert rule.faults == (Fault(kind="status", status=429, retry_after=3600),)


async def test_the_script_of_the_docs_is_played(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    tool = {"name": "report_ticket", "input_schema": {"type": "object"}}
    said: list[dict[str, Any]] = [{"role": "user", "content": "checkout is broken on mobile"}]
    asked = {"model": "m", "max_tokens": 99, "system": "Purpose: create", "tools": [tool], "messages": said}
    async with (
        LlmSandbox.start(script=read_script(written(tmp_path / "llm.yml", found[1]))) as llm,
        aiohttp.ClientSession(llm.url, headers={"x-api-key": "any"}) as http,
    ):
        routed = {**asked, "system": "Purpose: route", "tools": []}
        statuses = []
        for body in (routed, routed, asked):
            async with http.post("/v1/messages", json=body) as response:
                statuses.append(response.status)
                answer = await response.json()
        [call] = answer["content"]
        assert (statuses, call["input"]) == ([529, 200, 200], {"title": "checkout is broken on mobile"})
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": "R-9: CH-31 was opened"}
        said += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
        async with http.post("/v1/messages", json=asked) as response:
            [text] = (await response.json())["content"]
        assert text["text"] == "[[R-9]] It is tracked."
        async with http.post(
            "/v1/messages", json={**routed, "system": "Purpose: narrate", "messages": said[:1]}
        ) as response:
            assert "Done." in (await response.json())["content"][0]["text"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("llm.yml", None, "llm.yml: No such file or directory. docs/sandbox_llm.md shows a script."),
        ("llm.yml", "rules: [", "llm.yml is not YAML: "),
        ("llm.toml", "rules = [", "llm.toml is not TOML: "),
        ("llm.yml", "- hi", "llm.yml: "),
        ("llm.yml", "rules:\n- {macht: {}}", "llm.yml, rules, number 1, macht: Unexpected keyword argument"),
        ("llm.yml", "rules:\n- {match: {text: '('}}", "llm.yml, rules, number 1, match: '(' is no regular expression"),
        (
            "llm.yml",
            "rules:\n- {reply: {text: '{{who}}'}}",
            "llm.yml, rules, number 1: no group of its match is called who",
        ),
        (
            "llm.yml",
            "rules:\n- {faults: [{kind: fire}]}",
            "llm.yml, rules, number 1, faults, number 1, kind: Input should be",
        ),
        ("llm.yml", "rules:\n- {reply: {calls: [{nam: x}]}}", "llm.yml, rules, number 1, reply, calls, number 1, "),
        (
            "llm.yml",
            "rules:\n- {match: {judge: yes}}",
            "llm.yml, rules, number 1, match, judge: Input should be callable",
        ),
    ],
)
def test_a_wrong_script_is_one_line(tmp_path: Path, name: str, text: str | None, why: str) -> None:
    if text:
        written(tmp_path / name, text)
    with pytest.raises(UserError) as raised:
        read_script(tmp_path / name)
    said = str(raised.value).replace(f"{tmp_path}/", "")
    assert said.startswith(why)
    assert "\n" not in said
