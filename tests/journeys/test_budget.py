"""What the model may take is shown to everybody, set by admins, and where nothing is left rules and commands go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.llm import LlmSandbox
from bot.sandbox.llm.faults import Fault
from bot.sandbox.slack import SlackSandbox
from storage import people
from tests.clock import Clock, go_to
from tests.journeys.test_model_triage import READING
from tests.team import DATABASES, Bot, report, running, said, seed_teams, settings_for, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRICES = '{"claude-haiku-5-5": {"input": 1, "output": 5}}'


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(json=READING)
        yield sandbox


@asynccontextmanager
async def with_model(
    slack: SlackSandbox, llm: LlmSandbox, path: Path, clock: Clock, **changes: Any
) -> AsyncIterator[Bot]:
    """A bot whose model is the sandbox's, and whose admin is erin."""
    model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url, "admins": slack.user("erin").id}
    settings = settings_for(slack, path, **(model | changes))
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=clock) as bot:
        yield bot


def card(slack: SlackSandbox, ts: str) -> str:
    return slack.thread("#ops", ts)[1].plain


@BOTH
async def test_a_report_for_which_nothing_is_left_is_triaged_by_rules_and_says_why(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    clock = Clock(NOON)
    async with with_model(slack, llm, tmp_path, clock) as bot:
        assert "triaged by claude-haiku-5-5" in card(slack, await report(bot, "frank", "redis is broken"))
        refused = "You may not say how much the model may take: that is for admins."
        assert await slash(bot, "frank", "budget set workspace 1k") == refused
        shown = await slash(bot, "erin", "budget set workspace 1k")
        assert "• the workspace: " in shown
        assert " of 1k tokens (1 call)" in shown
        late = card(slack, await report(bot, "frank", "kafka is broken"))
        assert "triaged by rules (no model budget is left for the workspace today: " in late
        assert "it starts again at 00:00 UTC; admins may raise it with `budget set`; commands work as ever): " in late
        assert len(llm.requests) == 1
        assert "CH-2" in await slash(bot, "bob", "show CH-2")
        await slash(bot, "erin", "budget set workspace 10k")
        await go_to(bot, clock, NOON + timedelta(days=1))
        assert "• the workspace: 0 of 10k tokens" in await slash(bot, "frank", "budget")
        assert "triaged by claude" in card(slack, await report(bot, "frank", "report redis loses keys"))


async def test_everybody_sees_what_was_taken_and_managers_what_theirs_took(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    async with with_model(slack, llm, tmp_path, Clock(NOON), prices=PRICES) as bot:
        llm.meet(Fault(kind="wrong_usage", tokens=400))  # so many of the question, and of the answer
        await report(bot, "bob", "redis is broken")
        lines = (await slash(bot, "bob", "budget")).splitlines()
        assert lines[0] == "*What the model took today*; it starts again at 00:00 UTC"
        assert lines[1].startswith("• the workspace: 800 of 10M tokens, $0.0024")
        assert lines[2].startswith("• you: 800 of 1M tokens, $0.00")
        assert lines[3] == "• one request: 200k tokens at most"
        assert "• you: 0 of 1M tokens" in await slash(bot, "dave", "budget")
        assert "• @bob: 800 of 1M tokens" in await slash(bot, "alice", "budget @bob")
        assert (await slash(bot, "dave", "budget @bob")).startswith("You may not see what @bob took: ")


SET = {
    "budget set workspace 1.5M": "the workspace: 0 of 1.5M tokens",
    "budget set person 200k tokens": "you: 0 of 200k tokens",
    "budget set @bob 2M": "@bob: 0 of 2M tokens",
    "budget set workspace $5": "the workspace: 0 of 1.5M tokens, $0.00 of $5.00",
    "budget set workspace default": "the workspace: 0 of 10M tokens (0",
    "budget set @bob 0.5 usd": "@bob: 0 of 2M tokens, $0.00 of $0.5",
    "budget set request 50k": "one request: 50k tokens at most",
    "budget set workspace 1e9": "“1e9” is no budget: write tokens as in `200k` or `10M`, money as in `$5`",
    "budget set workspace 0": "“0” is no budget: ",
    "budget set workspace -5": "“-5” is no budget: ",
    "budget set @nobody 5": "nobody",
}


async def test_admins_set_it(bot: Bot, slack: SlackSandbox) -> None:
    async with bot.ctx.db.write() as tx:
        (await people.the(tx, slack.workspace_id, slack.user("erin").id)).is_admin = True
    for line, shows in SET.items():
        assert shows in await slash(bot, "erin", line), line


async def test_admins_hear_once_that_most_of_it_is_used(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    async with with_model(slack, llm, tmp_path, Clock(NOON), budget_workspace_day_tokens=4000) as bot:
        await slash(bot, "erin", "budget")  # from then on she is known as an admin
        for text in ("redis is broken", "report redis loses keys", "redis is slow"):
            await report(bot, "frank", text)
        told = [text for text in said(slack.dms("erin")) if "model budget" in text]
        assert len(told) == 1
        assert told[0].startswith("Most of the model budget for the workspace today is used: ")
        assert " of 4k tokens; it starts again at 00:00 UTC." in told[0]
