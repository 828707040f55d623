"""`ticket VERB …`: the commands that people type in Slack, run from here in somebody's name.

Nobody asks Slack who is in a private channel, so its tickets are seen by those alone who reported or have them.
"""

import asyncio
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.desk import Desk
    from bot.messages import Message

KNOWN = re.compile(r"(?<![\w<])@([\w.-]+)")


def register(cli: typer.Typer) -> None:
    cli.command("ticket")(ticket)


def ticket(
    words: Annotated[list[str], typer.Argument(help="As in Slack: `list mine`, `show CH-12`, `claim CH-12`.")],
    acting_as: Annotated[str, typer.Option("--as", help="In whose name: a name or a Slack id; their rights count.")],
    channel: Annotated[str, typer.Option(help="Id of the channel that a `report` belongs to, C….")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run a command on tickets, as people do in Slack."""
    message = asyncio.run(_run(" ".join(words), acting_as, channel))
    typer.echo(json.dumps(message.model_dump(), indent=2) if as_json else _text(message))


async def _run(line: str, acting_as: str, channel_id: str) -> "Message":
    from dataclasses import replace

    from agent.commands.run import run_line
    from bot.events import Place
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), acting_as=acting_as) as desk:
        at = replace(desk, place=Place(channel_id=channel_id, has_bot=True, is_private=True)) if channel_id else desk
        return (await run_line(at, await _with_mentions(desk, line), is_sure=True)).message


async def _with_mentions(desk: "Desk", line: str) -> str:
    """The line with `@name` as Slack would send it, for those who are known."""
    from storage import people

    known = [(one.name.casefold(), one.slack_id) for one in await people.everyone(desk.tx)]
    count = Counter(name for name, _ in known)
    ids = {name: slack_id for name, slack_id in known if count[name] == 1}  # of several the command asks which
    return KNOWN.sub(lambda found: f"<@{ids[key]}>" if (key := found[1].casefold()) in ids else found[0], line)


def _text(message: "Message") -> str:
    """As it is read, without marks."""
    from bot.messages import plain

    facts = [f"{fact.name}: {fact.value}" for fact in message.facts]
    lines = [message.title or message.text, *facts, message.body, *message.notes]
    return plain("\n".join(line for line in lines if line)).replace("*", "")
