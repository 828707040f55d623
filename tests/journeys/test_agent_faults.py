"""Whatever goes wrong with an answer of the model, and wherever: one outcome, in words, and nothing done twice."""

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.turns import Turn
from tests.journeys.agent_team import answers, with_agent
from tests.team import report

HOPELESS = {"broken_json", "unknown_tool", "refusal", "schema_ignored"}
# Not here: a refused key, after which nobody asks this model, and what stalls, which is waited for.
FAULTS = (
    Fault(kind="status", status=429, retry_after=1),
    Fault(kind="status", status=429, retry_after=1, as_date=True),
    Fault(kind="status", status=529),
    Fault(kind="status", status=500),
    Fault(kind="status", status=502),
    Fault(kind="slow", seconds=0.3),
    Fault(kind="disconnect"),
    Fault(kind="disconnect", inside=True),
    Fault(kind="no_stop", inside=True),
    Fault(kind="corrupt"),
    Fault(kind="broken_json"),
    Fault(kind="unknown_tool"),
    Fault(kind="leaked"),
    Fault(kind="max_tokens"),
    Fault(kind="refusal"),
    Fault(kind="wrong_usage"),
    Fault(kind="schema_ignored"),
    Fault(kind="status", status=529, inside=True),
    Fault(kind="status", status=429, retry_after=3600),  # the last: from here on nobody asks this model
)
LAST = len(FAULTS) - 1
# What calls nothing, or nothing that there is, changes nothing, and the answer says so.
IN_VAIN = {
    "router": {number for number, one in enumerate(FAULTS) if one.kind == "refusal"} | {LAST},
    "tool": {number for number, one in enumerate(FAULTS) if one.kind in HOPELESS} | {LAST},
    "answer": set(),
}
RAW = re.compile(r"Traceback|Exception|Error\b|\bNone\b|anthropic|\{\"")
STEPS = [{"specialist": "remind", "goal": "remind them"}]


@pytest.mark.parametrize("place", ["router", "tool", "answer"])
async def test_a_fault_of_the_model_has_one_outcome(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, place: str
) -> None:
    llm.add(Rule(match=Match(said="</receipts>"), reply=Reply(json={"claims": []})))
    for number, fault in enumerate(FAULTS):
        llm.add(*_script(rf"<request>[^<]*pump {number}\b", f"pump {number}", {place: (fault,)}))
    given = {"llm_deadline_seconds": 3, "turns_per_minute": 99, "turns_per_hour": 99}
    async with with_agent(slack, llm, tmp_path, **given) as bot:
        asked = [
            await report(bot, "alice", f"ask could you see to it that pump {number} is on my mind tomorrow at 9?")
            for number in range(len(FAULTS))
        ]
        turns = list(await bot.rows(select(Turn).order_by(Turn.number)))
        made = Counter(one.text for one in await bot.rows(select(Alarm)))
    assert [turn.outcome for turn in turns[:-1]] == ["answer"] * LAST
    for number, (fault, ts) in enumerate(zip(FAULTS, asked, strict=True)):
        [said] = answers(slack, ts)
        is_done = number not in IN_VAIN[place]
        assert made[f"pump {number}"] == is_done, (fault, said.plain)
        assert ("1 change" in said.plain) == is_done, said.plain
        assert not RAW.search(said.plain), said.plain


def _script(opening: str, what: str, hit: dict[str, tuple[Fault, ...]]) -> tuple[Rule, ...]:
    """What the model says to one request: where it goes, what is done, and the answer."""
    remind = Call("set_reminder", {"who": "me", "what": what, "when": "tomorrow at 9"})
    asks, does = Match(purpose="^route", opening=opening), Match(purpose="^remind", opening=opening, turn=0)
    ends = Match(purpose="^remind", opening=opening)
    return (
        Rule(match=asks, reply=Reply(json={"steps": STEPS, "reason": "so"}), faults=hit.get("router", ())),
        Rule(match=does, reply=Reply(calls=(remind,)), faults=hit.get("tool", ())),
        Rule(match=ends, reply=Reply(text="So it is."), faults=hit.get("answer", ())),
    )
