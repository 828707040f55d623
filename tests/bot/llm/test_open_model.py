"""Without a key there is no model, and nobody pays for importing one."""

import subprocess
import sys
from dataclasses import replace

import pytest

from bot.llm import open_model
from bot.llm.port import Ask, user
from bot.sandbox.llm import LlmSandbox
from bot.settings import Settings


async def test_without_a_key_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    async with open_model(Settings(_env_file=None)) as model:
        assert model is None


async def test_with_a_key_both_models_answer_at_the_configured_address() -> None:
    async with LlmSandbox.start() as llm:
        llm.key = "sk-ant-1"
        llm.answer(text="{}")
        settings = Settings(
            _env_file=None, ANTHROPIC_API_KEY="sk-ant-1", ANTHROPIC_BASE_URL=llm.url, model_fast="claude-haiku-5-5"
        )
        async with open_model(settings) as model:
            assert model is not None
            ask = Ask(system="s", messages=(user("p"),), schema={"type": "object"}, max_tokens=9, deadline=5)
            answers = [await model.ask(replace(ask, role=role)) for role in ("small", "main", "large")]
    assert [answer.model for answer in answers] == ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]


def test_the_sdk_is_imported_only_when_a_model_is_opened() -> None:
    code = "import sys, bot.llm, agent.triage.model; print({'anthropic', 'httpx2', 'aiohttp'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
