"""`agent …`: pause the language models for everybody, resume them, and see how it stands, as in Slack."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers.cli.table import AsJson, told

if TYPE_CHECKING:
    from bot.settings import Settings

Admin = Annotated[str, typer.Option("--as", help="The admin in whose name it is done: a name or a Slack id.")]
NO_MODEL = "No language model is set up (ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN): rules do what they can."


def register(cli: typer.Typer) -> None:
    agent = typer.Typer(no_args_is_help=True, help="Pause the language models for everybody, and resume them.")
    for verb in (pause, resume, status):
        agent.command()(verb)
    cli.add_typer(agent, name="agent")


def pause(
    reason: Annotated[str, typer.Argument(help="Who asks for something is told it.", show_default=False)] = "",
    *,
    acting_as: Admin,
    as_json: AsJson = False,
) -> None:
    """Have no model asked any more. Requests that run are stopped; commands go on."""
    _say(asyncio.run(_run("pause", reason, acting_as)), as_json=as_json)


def resume(*, acting_as: Admin, as_json: AsJson = False) -> None:
    """Have models asked again."""
    _say(asyncio.run(_run("resume", "", acting_as)), as_json=as_json)


def status(as_json: AsJson = False) -> None:
    """Say whether models are asked, whose, and how many requests are being worked on."""
    found = asyncio.run(_status())
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        told(_in_words(found), as_json=False)


def _say(text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps({"said": text}, ensure_ascii=False) if as_json else text)


async def _run(act: str, reason: str, acting_as: str) -> str:
    """Run the command that is typed in Slack, in the name of an admin, on record.

    Raises:
        Refused: they are none. UserError: it is so already.
    """
    from agent.commands.run import run_line
    from bot.messages import plain
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), acting_as=acting_as) as desk:
        line = f"agent {act} {' '.join(reason.split())}".strip()
        return plain((await run_line(desk, line)).message.text).replace("`", "")


async def _status() -> dict[str, Any]:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import live_turns, pauses, workspace

    settings = read_settings()
    async with look(settings) as tx:
        pause, live = await pauses.current(tx), await live_turns.live(tx, await workspace.current(tx))
    states = [turn.state for turn in live]
    return {
        "paused": pause is not None,
        "by": pause.who if pause else "",
        "why": pause.why if pause else "",
        "providers": _providers(settings),
        "turns": {state: states.count(state) for state in ("queued", "running", "waiting")},
    }


def _providers(settings: "Settings") -> list[str]:
    return [server.name for server in settings.servers]


def _in_words(found: dict[str, Any]) -> list[str]:
    because = f" ({found['why']})" if found["why"] else ""
    if found["paused"]:
        head = f"@{found['by']} has paused the agent{because}: `agent resume --as ADMIN` ends that."
    elif found["providers"]:
        head = f"The agent is on: {', '.join(found['providers'])}."
    else:
        head = NO_MODEL
    counts = ", ".join(f"{count} {state}" for state, count in found["turns"].items())
    return [head, f"Requests: {counts}."]
