"""A model that calls very many tools at once, or the same one for ever, does nothing twice and comes to an end."""

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.llm.asked import Asked
from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.turns import ModelCall, ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import report

MANY = 50
MOST = 20  # uses of tools in one step


def wish(what: str) -> Call:
    return Call("set_reminder", {"who": "me", "what": what, "when": "tomorrow at 9"})


@pytest.mark.parametrize("is_same", [True, False], ids=["the same", "others"])
async def test_fifty_writes_at_once(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, is_same: bool) -> None:
    """Equal ones are one; of others no more are done than a step may do, and the answer says so."""
    names = ["the pump"] * MANY if is_same else [f"pump {number}" for number in range(MANY)]
    routes(llm, "remind")
    calls(llm, "remind", *map(wish, names), then="So it is.")
    async with with_agent(slack, llm, tmp_path) as bot:
        said = ", ".join(dict.fromkeys(names))
        ts = await report(bot, "alice", f"ask could you see to it that {said} is on my mind tomorrow at 9?")
        used = Counter(one.state for one in await bot.rows(select(ToolCall)))
        assert used.total() == MOST, used
        assert len(await bot.rows(select(Alarm))) == (1 if is_same else used["done"])
        assert used["done"] == (MOST if is_same else len(await bot.rows(select(Alarm)))), used
        [answer] = answers(slack, ts)
    assert f"This reached a limit ({MOST} uses of tools)" in answer.plain
    assert ("1 change ·" in answer.plain) == is_same


async def test_a_model_without_an_end(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    """The same question for ever ends at once, others when they are too many; each has one answer that says so."""

    def always_another(asked: Asked) -> Reply:
        return Reply(calls=(Call("list_tickets", {"filters": f"open {asked.turn}"}),))

    routes(llm, "research")
    same = Reply(calls=(Call("list_tickets", {"filters": "open"}),))
    llm.add(
        Rule(match=Match(purpose="^research", opening=r"<request>[^<]*the same"), reply=same),
        Rule(match=Match(purpose="^research", opening=r"<request>[^<]*another"), reply=Reply(by=always_another)),
    )
    async with with_agent(slack, llm, tmp_path) as bot:
        for words, limit in (
            ("the same", "list_tickets with the same arguments again and again"),
            ("another", r"\d+ answers of the model"),
        ):
            ts = await report(bot, "bob", f"ask who has the most open tickets? {words}")
            [answer] = answers(slack, ts)
            assert re.search(rf"This reached a limit \({limit}\)", answer.plain), answer.plain
        first, second = await bot.rows(select(Turn).order_by(Turn.number))
        asked = Counter(one.turn_id for one in await bot.rows(select(ModelCall)) if one.step)
    assert (first.state, second.state) == ("done", "done")
    assert asked[first.id] <= 4
    assert asked[second.id] <= MOST
