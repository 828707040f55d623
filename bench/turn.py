"""Our own time for a request to the agent: `python bench/turn.py [--quick]`, from Slack's event to the answer seen.

A router's answer, three reads and an answer of a stand-in for a model that takes no time, five requests a second.
Beside it, in the same run, the least that could do it: the SDK in a loop with the same questions, storing nothing. Then
the memory of many requests that wait. Sandboxes and bot share one process here, so all figures hold both.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from anthropic import AsyncAnthropic

from bench.table import Row, at_most, percentile, show, wants_quick
from bot.observe import set_up_logs
from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox, default_seed
from bot.sandbox.slack.seed import Seed, many_channels
from tests.team import Bot, running, seed_teams, settings_for

TURNS, QUICK_TURNS = 100, 5
WAITING, QUICK_WAITING = 100, 5
EVERY = 0.2  # seconds between two requests
PLACES = 20  # channels, since Slack takes one message a second in each
FREELY = {  # no limit of ours or of the provider's is what is measured
    "turns_per_minute": 1000,
    "turns_per_hour": 1000,
    "llm_requests_per_minute": 100_000,
    "llm_tokens_per_minute": 1_000_000_000,
    "budget_user_day_tokens": 1_000_000_000,
    "budget_workspace_day_tokens": 1_000_000_000,
}
GOAL_MS, GOAL_MB = 300.0, 60.0
FILTERS = ("open", "mine", "unassigned")
ASKED = "ask which tickets are open?"
TOOL = {
    "name": "list_tickets",
    "description": "Up to ten tickets.",
    "input_schema": {"type": "object", "properties": {"filters": {"type": "string"}}, "required": ["filters"]},
}


def places() -> Seed:
    """The workspace: so many channels that none is written to faster than Slack allows."""
    return default_seed().plus(channels=many_channels(PLACES))


def script(llm: LlmSandbox) -> None:
    """Three reads, one after the other, then an answer; what asks to wait gets none."""
    step = {"specialist": "research", "goal": "look"}
    wait = Fault(kind="stall", times=None)
    llm.add(
        Rule(match=Match(purpose="^route", text="please wait"), reply=Reply(text="late"), faults=(wait,)),
        Rule(match=Match(purpose="^route"), reply=Reply(json={"steps": [step], "reason": "a question"})),
    )
    for turn, filters in enumerate(FILTERS):
        call = Call("list_tickets", {"filters": filters})
        llm.add(Rule(match=Match(purpose="^research", turn=turn), reply=Reply(calls=(call,))))
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="None is.")))


async def ours(bot: Bot, number: int, *, first: int = 0) -> list[float]:
    """Seconds of each request until its answer is seen; `first` is how many were made before."""

    async def one(at: int) -> float:
        await asyncio.sleep(at * EVERY)
        began = time.perf_counter()
        where = f"#c{(first + at) % PLACES + 1}"
        ts = await bot.slack.say("bob", where, f"@chargehand {ASKED}")
        await bot.slack.until(lambda: any("T-" in m.plain for m in bot.slack.thread(where, ts)[1:]), timeout=120)
        return time.perf_counter() - began

    return list(await asyncio.gather(*(one(at) for at in range(number))))


async def bare(llm: LlmSandbox, number: int) -> list[float]:
    """Seconds of the same questions by the SDK alone."""
    client, took = AsyncAnthropic(api_key="sk-test", base_url=llm.url, max_retries=0), []
    async with client:
        for _ in range(number):
            began = time.perf_counter()
            await _loop(client)
            took.append(time.perf_counter() - began)
    return took


async def _loop(client: AsyncAnthropic) -> None:
    ask = {"model": "claude-haiku-5-5", "max_tokens": 300}
    said: list[dict[str, object]] = [{"role": "user", "content": ASKED}]
    await client.messages.create(**ask, system="Purpose: route", messages=said)  # type: ignore[call-overload]
    while True:
        answer = await client.messages.create(  # type: ignore[call-overload]
            **ask, system="Purpose: research", messages=said, tools=[TOOL]
        )
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "none"} for call in calls]
        said += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]


async def waiting(bot: Bot, llm: LlmSandbox, number: int) -> float:
    """MB more while so many requests wait for a model or for their turn."""
    before = _memory_mb()
    for at in range(number):
        await bot.slack.say("bob", "#ops", f"@chargehand ask please wait, number {at}")
    await llm.stalled.wait()
    await bot.slack.until(lambda: all(envelope.acked_at for envelope in bot.slack.envelopes), timeout=120)
    await asyncio.sleep(2)
    more = _memory_mb() - before
    await bot.slack.command("bob", "#ops", "/chargehand", "stop")
    return more


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def measure(turns: int, wait: int) -> list[Row]:
    """Three rows: our time, that of the SDK with the ratio, and memory."""
    set_up_logs("error")
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with SlackSandbox.start(seed=places(), ack_within=30.0) as slack, LlmSandbox.start() as llm:
            script(llm)
            model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url}
            settings = settings_for(slack, Path(folder), **model, **FREELY, log_level="error")
            await seed_teams(settings, slack)
            async with running(slack, settings) as bot:
                await ours(bot, 1)  # what is imported at the first one is no part of it
                took, alone = await ours(bot, turns), await bare(llm, turns)
                more = await waiting(bot, llm, wait)
    middle, least = percentile(took, 0.5), percentile(alone, 0.5)
    return [
        at_most("a request with three reads, ms until its answer is seen, p95", percentile(took, 0.95), GOAL_MS),
        Row("the same by the SDK in a loop, ms, p95", percentile(alone, 0.95)),
        Row("ratio of the medians", f"{middle / least:.1f} ({middle:g}/{least:g} ms)"),
        at_most(f"{wait} requests that wait, MB more", round(more, 1), GOAL_MB),
    ]


if __name__ == "__main__":
    is_quick = wants_quick(__doc__, "a few requests")
    show(asyncio.run(measure(QUICK_TURNS if is_quick else TURNS, QUICK_WAITING if is_quick else WAITING)))
