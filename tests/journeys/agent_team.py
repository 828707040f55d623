"""What the agent's stories share: a bot whose model is the sandbox's, and what that model says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from tests.team import Bot, running, seed_teams, settings_for


@asynccontextmanager
async def with_agent(slack: SlackSandbox, llm: LlmSandbox, path: Path, /, **changes: Any) -> AsyncIterator[Bot]:
    """A bot whose model is the sandbox's; one that `is_back` has its database already."""
    is_back = changes.pop("is_back", False)
    clock = {"clock": changes.pop("clock")} if "clock" in changes else {}
    given = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url, "call_timeout_seconds": 60.0}
    settings = settings_for(slack, path, **given | changes)
    if not is_back:
        await seed_teams(settings, slack)
    async with running(slack, settings, **clock) as bot:
        yield bot


def routes(llm: LlmSandbox, *specialists: str, text: str = "") -> None:
    """The router sends requests (with these words) to these specialists; no answer holds a claim."""
    steps = [{"specialist": name, "goal": "as asked"} for name in specialists]
    match = Match(purpose="^route", text=text or None)
    llm.add(
        Rule(name="no claims", match=Match(said="</receipts>"), reply=Reply(json={"claims": []})),
        Rule(name="route", match=match, reply=Reply(json={"steps": steps, "reason": "so"})),
    )


def calls(llm: LlmSandbox, purpose: str, *asked: Call, then: str, delay: float = 0.0, opening: str = "") -> None:
    """A specialist asks for these tools, and answers with these words once it has their results.

    Args:
        opening: of requests with these words alone.
    """
    said = {"purpose": f"^{purpose}", "opening": opening or None}
    llm.add(
        Rule(name=f"{purpose} acts", match=Match(**said, turn=0), reply=Reply(calls=asked, delay=delay)),
        Rule(name=f"{purpose} answers", match=Match(**said), reply=Reply(text=then, delay=delay)),
    )


def silent(llm: LlmSandbox, purpose: str) -> None:
    """The model leaves what has this purpose unanswered."""
    fault = Fault(kind="stall", times=None)
    llm.add(Rule(name="silent", match=Match(purpose=f"^{purpose}"), reply=Reply(text="late"), faults=(fault,)))


def asked_for(llm: LlmSandbox, purpose: str) -> int:
    """How often the model was asked something with this purpose."""
    return sum(f"Purpose: {purpose}" in str(body) for body in llm.requests)


def answers(slack: SlackSandbox, ts: str) -> list[Message]:
    """What the agent answered in a thread: each ends with the number of its turn."""
    return [one for one in slack.thread("#ops", ts) if one.bot_id and "T-" in one.plain.splitlines()[-1]]
