"""What stories share: Chromium, and a model."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.sandbox.llm import LlmSandbox

CHROMIUM = Path(os.environ.get("CHARGEHAND_CHROMIUM", "/usr/bin/chromium"))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def chromium() -> Path:
    if not CHROMIUM.exists():
        pytest.fail(
            f"No Chromium at {CHROMIUM}. Install it (Debian: apt-get install chromium), name another in"
            " CHARGEHAND_CHROMIUM, or leave the browser tests out with CHARGEHAND_NO_BROWSER=1."
        )
    return CHROMIUM


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    """A model that says what it is told to."""
    async with LlmSandbox.start() as sandbox:
        yield sandbox
