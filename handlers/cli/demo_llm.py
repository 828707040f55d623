"""`demo --only llm`: the stand-in for a model's server alone, for whatever should be pointed at one."""

import asyncio
import signal
from pathlib import Path

import typer

from bot.sandbox.llm import LlmSandbox, Script, read_script

PORT = 8092
INVITATION = """\
Chargehand's sandbox LLM: {url}   (Ctrl-C ends it)

  POST {url}/v1/messages           as Anthropic's: ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY={key}
  POST {url}/v1/chat/completions   as OpenAI's: the base URL is {url}/v1
  GET  {url}/sandbox/requests      what it was asked, and what it answered by which rule

It answers by {rules}.
"""


async def serve_llm(port: int, script: Path | None) -> None:
    """Answer until Ctrl-C.

    Raises:
        UserError: the script cannot be read.
    """
    told = read_script(script) if script else Script()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with LlmSandbox.start(port=port, script=told) as llm:
        typer.echo(INVITATION.format(url=llm.url, key=told.key or "any", rules=_rules(told, script)))
        await stop.wait()


def _rules(told: Script, script: Path | None) -> str:
    own = f"the {len(told.rules)} rules of {script}" if script else ""
    others = "its own for triage, plain words and the check of capabilities" if told.defaults else ""
    return ", then by ".join(part for part in (own, others) if part) or "no rule: each request is refused"
