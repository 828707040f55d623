"""What an answer names and what it claims is corrected once each; of a check that is down nothing is counted."""

from pathlib import Path

from sqlmodel import select

from bot.metrics import REGISTRY
from bot.sandbox.llm import Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.turns import ModelCall
from tests.journeys.agent_team import answers, with_agent
from tests.team import report

ASKED = "could you hand CH-1 over to @dave for now?"
UNPROVEN = {"quote": "I closed it", "kind": "did", "receipt": None}


def unreceipted() -> float:
    return REGISTRY.get_sample_value("chargehand_unreceipted_claims_total") or 0.0


def script(llm: LlmSandbox, *said: str, check: Rule) -> None:
    """The specialist says this, one after the other; then it repeats the last."""
    steps = [{"specialist": "assign", "goal": "as asked"}]
    llm.add(
        check,
        Rule(name="honest", match=Match(purpose="claims", said="</receipts>"), reply=Reply(json={"claims": []})),
        Rule(name="route", match=Match(purpose="^route"), reply=Reply(json={"steps": steps, "reason": "so"})),
    )
    for turn, text in enumerate(said[:-1]):
        llm.add(Rule(name=f"answer {turn}", match=Match(purpose="^assign", turn=turn), reply=Reply(text=text)))
    llm.add(Rule(name="last answer", match=Match(purpose="^assign"), reply=Reply(text=said[-1])))


def finds(words: str, *claims: dict[str, object]) -> Rule:
    """The check finds these claims in a text with these words."""
    return Rule(name="claims", match=Match(said="</receipts>", text=words), reply=Reply(json={"claims": list(claims)}))


async def test_references_and_claims_are_corrected_once_each(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    before = unreceipted()
    script(llm, "It is like CH-99.", "I closed it.", "Dave should look.", check=finds("I closed it", UNPROVEN))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
        told = [one.problem for one in await bot.rows(select(ModelCall)) if one.problem]
    assert [one.split("\n")[1] for one in told] == ["- CH-99", "- I closed it"]
    assert "Dave should look." in answers(slack, ts)[-1].plain
    assert unreceipted() == before, "nothing of it was left in the end"


async def test_what_is_claimed_again_is_counted_and_left_out(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    before = unreceipted()
    script(llm, "I closed it.", check=finds("I closed it", UNPROVEN))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
    assert "closed" not in answers(slack, ts)[-1].plain
    assert unreceipted() == before + 1


async def test_of_a_check_that_is_down_nothing_is_counted(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    before, then = unreceipted(), "It is done."
    down = Fault(kind="status", status=401, times=None)
    script(llm, then, check=Rule(name="down", match=Match(said="</receipts>"), reply=Reply(json={}), faults=(down,)))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
    assert then not in answers(slack, ts)[-1].plain
    assert unreceipted() == before
