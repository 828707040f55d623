"""What stories share: Chromium, and a model."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.sandbox.llm import LlmSandbox
from tests.postgres import end_with_parent

CHROMIUM = Path(os.environ.get("CHARGEHAND_CHROMIUM", "/usr/bin/chromium"))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chromium for all tests of this process: to start one takes as long as most of them."""
    if not CHROMIUM.exists():
        pytest.fail(
            f"No Chromium at {CHROMIUM}. Install it (Debian: apt-get install chromium), name another in"
            " CHARGEHAND_CHROMIUM, or leave the browser tests out with CHARGEHAND_NO_BROWSER=1."
        )
    config = tmp_path_factory.mktemp("chromium") / "config.json"
    config.write_text(json.dumps({"executablePath": str(CHROMIUM), "args": QUIET}))
    words = ["-m", "playwright", "launch-server", "--browser", "chromium", "--config", str(config)]
    with subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(config.parent)},  # its profile goes with the folder of this test run
        preexec_fn=end_with_parent,  # noqa: PLW1509 - it calls the kernel alone, no thread's lock
    ) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        assert address, f"Chromium does not start; why says `python {' '.join(words)}`"
        yield address
        # All of its group: the server is a child of the one started here. It has nothing to save, and when asked to
        # end it has taken minutes.
        os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """That Chromium; what is opened here is closed with the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect(chromium)
        yield browser
        await browser.close()


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    """A model that says what it is told to."""
    async with LlmSandbox.start() as sandbox:
        yield sandbox
