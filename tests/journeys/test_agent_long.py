"""A very long answer of the agent's arrives whole, with its first lines in front; an answer may grow as one reads."""

from pathlib import Path

import pytest

from bot.sandbox.llm import LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from tests.journeys.agent_team import routes, with_agent
from tests.team import report


def says(llm: LlmSandbox, text: str) -> None:
    routes(llm, "research")
    llm.add(Rule(name="answers", match=Match(purpose="^research"), reply=Reply(text=text)))


@pytest.mark.parametrize("length", [20_000, 200_000])
async def test_all_of_it_is_there(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, length: int) -> None:
    lines = [f"line {number} of the story that nobody asked for" for number in range(length // 44)]
    says(llm, "\n\n".join(lines))
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "bob", "ask what happened?")
    _, *told = slack.thread("#ops", ts)
    files = [file for one in told for file in one.files]
    whole = slack.upload(files[0]["id"]).decode() if files else "\n".join(one.plain for one in told)
    assert [line for line in whole.split("\n") if line.startswith("line ")] == lines
    assert bool(files) is (length == 200_000)
    assert told[0].text.startswith("line 0 of the story")
    assert sum("👍" in one.buttons for one in told) == 1


async def test_an_answer_grows_and_is_there_once(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    says(llm, "It was redis.")
    async with with_agent(slack, llm, tmp_path, streaming=True) as bot:
        ts = await report(bot, "bob", "ask what happened?")
    _, answer = slack.thread("#ops", ts)
    assert "It was redis." in answer.plain
    assert "T-1" in answer.plain.splitlines()[-1]
    assert "👍" in answer.buttons
    assert len(slack.calls("chat.startStream")) == 1
