"""The pictures of docs/agent.md: a proposal, a request that is stopped, and one that has no budget; taken anew by

CHARGEHAND_SHOTS=docs/img .venv/bin/python -m pytest tests/journeys/test_agent_pictures.py
"""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sandbox.llm import LlmSandbox, read_script
from tests.journeys.test_demo import ROOT, SHOTS, shoot
from tests.journeys.test_pictures import say, speak_as

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not SHOTS, reason="CHARGEHAND_SHOTS names no folder")]
STORY = ROOT / "stories" / "models" / "agent.yml"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The demo, with a model that says what it does in stories/agent.yml."""
    async with LlmSandbox.start(script=read_script(STORY)) as llm:
        model = {"KIND": "anthropic", "BASE_URL": llm.url, "API_KEY": "sk-sandbox"}
        named = {f"CHARGEHAND_LLM__STORY__{key}": value for key, value in model.items()}
        words = (sys.executable, "app.py", "demo", "--port", "0", "--llm", "story")
        demo = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=PIPE, env={**os.environ, **named})
        assert demo.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", (await asyncio.wait_for(demo.stdout.readline(), 60)).decode())
        assert found
        yield found.group()
        demo.send_signal(signal.SIGINT)
        await asyncio.wait_for(demo.wait(), 60)


async def thread_of(page: Page, number: int) -> None:
    """Open the thread of this message in #ops, of those that were answered, counted from 1."""
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    threads = page.get_by_role("button", name=re.compile(r"^\d+ repl"))
    await expect(threads).to_have_count(number)
    await threads.last.click()


async def test_a_proposal_a_stop_and_a_budget(url: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(url)
    thread = page.get_by_role("complementary", name="Thread")
    await speak_as(page, "Frank Foster")
    await say(page, "@chargehand checkout is broken on mobile since the deploy")
    await thread_of(page, 1)
    await expect(thread.get_by_text("CH-1").first).to_be_visible()
    await speak_as(page, "Dave Davis")
    await say(page, "@chargehand please give CH-1 the urgency that it deserves")
    await thread_of(page, 2)
    await expect(thread.get_by_role("button", name="Approve")).to_be_visible()
    await shoot(page, "proposal")

    await speak_as(page, "Bob Brown")
    await say(page, "@chargehand ask go through all tickets and compare them with last year's")
    asked = page.get_by_role("article", name=re.compile("^Bob Brown"))
    await asked.hover()
    await asked.get_by_role("button", name="Reply in thread").click()
    await expect(thread.get_by_text("is thinking").first).to_be_visible()
    await page.get_by_label("Reply…").fill("@chargehand stop")
    await page.get_by_label("Reply…").press("Enter")
    await expect(thread.get_by_text("Stopped by").first).to_be_visible()
    await shoot(page, "stop")

    await speak_as(page, "Alice Adams")
    await say(page, "/chargehand budget set @bob 1000")
    await speak_as(page, "Bob Brown")
    await say(page, "@chargehand ask what is CH-1 about, and who has it?")
    await expect(thread.get_by_text("no model budget is left").first).to_be_visible()
    await shoot(page, "budget")
    await page.close()
