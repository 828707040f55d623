"""`turn …`: what the agent was asked and what came of it. Text of private places takes --private, which is recorded."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from handlers.cli.table import AsJson, listed
from handlers.cli.turn_words import HIDDEN, conversation, in_words

if TYPE_CHECKING:
    from datetime import datetime

    from agent.desk import Desk
    from storage.database import Tx
    from storage.turn_pages import Line
    from storage.turns import Turn

HEADS = ("turn", "at (UTC)", "by", "state", "outcome", "specialists", "tokens", "USD", "feedback", "text")
SHORT = 60  # characters of a request in the list
State = Literal["queued", "running", "waiting", "done", "stopped", "failed", "refused"]
Since = Annotated[str | None, typer.Option(help="Only turns begun since then: 90m, 2h, 3d or 2026-03-02T02:10 (UTC).")]
Private = Annotated[bool, typer.Option("--private", help="With the words of private places; goes on record.")]


def register(cli: typer.Typer) -> None:
    turn = typer.Typer(no_args_is_help=True, help="See what the agent was asked, what it did and what it took.")
    turn.command("list")(show_all)
    for verb in (show, export, purge):
        turn.command()(verb)
    cli.add_typer(turn, name="turn")


def show_all(
    *,
    about: Annotated[str, typer.Option(help="CH-4, #12, acme/shop#12, or a page's or a message's link.")] = "",
    state: Annotated[State | None, typer.Option(help="Only turns in this state.")] = None,
    actor: Annotated[str, typer.Option(help="Only this person's: a name or a Slack id.")] = "",
    since: Since = None,
    feedback: Annotated[Literal["up", "down"] | None, typer.Option(help="Only those that somebody judged so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the agent's turns, the newest first."""
    rows = asyncio.run(_list(about, state or "", actor, since, feedback or "", limit))
    listed(HEADS, [_row(line) for line in rows], none="No turn is like that.", as_json=as_json)


async def _list(about: str, state: str, actor: str, since: str | None, value: str, most: int) -> "list[Line]":
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import turn_pages, workspace
    from storage.turn_pages import Wanted

    settings = read_settings()
    async with look(settings) as tx:
        wanted = Wanted(
            state=state,
            actor_id=await _person(tx, actor) if actor else None,
            since=_moment(since, settings.clock()) if since else None,
            feedback=value,
            ids=await _about(tx, about) if about else None,
        )
        return await turn_pages.lines(tx, await turn_pages.find(tx, await workspace.current(tx), wanted, most=most))


async def _person(tx: "Tx", name: str) -> int:
    from handlers.cli.desk import person_called
    from storage import workspace

    return (await person_called(tx, await workspace.current(tx), name)).id


async def _about(tx: "Tx", text: str) -> set[int]:
    """The turns about something.

    Raises:
        UserError: it names nothing of the kind.
    """
    from bot.errors import UserError
    from storage import turns_about, workspace

    found = await turns_about.about(tx, await workspace.current(tx), text)
    if found is None:
        raise UserError(
            f"“{text}” names nothing: write CH-4, #12, acme/shop#12, or the link of an issue or of a message."
        )
    return found


def _moment(text: str, now: "datetime") -> "datetime":
    from agent.commands.reconcile import moment_of

    return moment_of(text, now=now)


def _row(line: "Line") -> tuple[str, ...]:
    from agent.turns.trace import usd

    turn = line.turn
    text = " ".join(turn.text.split())
    cost = usd(turn.cost)
    return (
        turn.name,
        f"{turn.created_at:%Y-%m-%d %H:%M}",
        line.asker,
        turn.state,
        turn.outcome,
        ", ".join(line.specialists),
        str(turn.input_tokens + turn.output_tokens),
        "?" if cost is None else f"{cost:.4f}",
        " ".join(line.feedback),
        HIDDEN if turn.is_private else text if len(text) <= SHORT else f"{text[: SHORT - 1]}…",
    )


def show(
    name: Annotated[str, typer.Argument(metavar="TURN", help="Its name: T-4.")],
    *,
    as_json: AsJson = False,
    messages: Annotated[bool, typer.Option("--messages", help="What was said to and fro, in order.")] = False,
    private: Private = False,
) -> None:
    """Show one turn in full. Route and grants, each model call and tool with its receipt, tokens, cost, feedback."""
    told, said = asyncio.run(_show(name, private=private))
    if messages:
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False) if as_json else conversation(said))
    else:
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False) if as_json else in_words(told))


async def _show(name: str, *, private: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from agent.turns.trace import as_json, messages
    from bot.settings import read_settings
    from handlers.cli.desk import look, operator
    from storage import turn_pages

    settings = read_settings()
    async with look(settings) as tx:
        found = await turn_pages.trace(tx, await _turn(tx, name))
    if found.turn.is_private and private:
        async with operator(settings) as desk:
            _record(desk, found.turn)
    with_text = private or not found.turn.is_private
    hidden = [{"role": "user", "text": HIDDEN}]
    return as_json(found, with_text=with_text), messages(found) if with_text else hidden


async def _turn(tx: "Tx", name: str) -> "Turn":
    import re

    from bot.errors import UserError
    from storage import turns, workspace

    number = re.fullmatch(r"t?-?(\d{1,9})", name.strip(), re.IGNORECASE)
    found = number and await turns.by_number(tx, await workspace.current(tx), int(number[1]))
    if not found:
        raise UserError(f"There is no turn {name}: `python app.py turn list` shows those there are.")
    return found


def _record(desk: "Desk", turn: "Turn") -> None:
    desk.audit("read private", "turn", turn.id, before={}, after={"turn": turn.name})


def export(
    *,
    since: Since = None,
    form: Annotated[Literal["jsonl"], typer.Option("--format", help="One JSON object a line.")] = "jsonl",
    private: Private = False,
) -> None:
    """Print the turns, oldest first, as JSON Lines."""
    asyncio.run(_export(since, private=private))


async def _export(since: str | None, *, private: bool) -> None:
    from agent.turns.trace import as_json
    from bot.settings import read_settings
    from handlers.cli.desk import look, operator
    from storage import turn_pages, workspace
    from storage.turn_pages import Wanted

    settings = read_settings()
    wanted = Wanted(since=_moment(since, settings.clock()) if since else None)
    async with look(settings) as tx:
        found = await turn_pages.find(tx, await workspace.current(tx), wanted, most=None)
        if private:
            async with operator(settings) as desk:
                for turn in found:
                    if turn.is_private:
                        _record(desk, turn)
        for turn in found:
            shown = as_json(await turn_pages.trace(tx, turn), with_text=private or not turn.is_private)
            typer.echo(json.dumps(shown, ensure_ascii=False))


def purge(
    *,
    before: Annotated[
        str | None, typer.Option(help="Turns that ended before then: 90m, 2h, 3d or 2026-03-02T02:10 (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Drop the words of turns now. By default those that CHARGEHAND_TRACE_DAYS no longer keeps; figures stay."""
    count = asyncio.run(_purge(before))
    words = "1 turn" if count == 1 else f"{count} turns"
    said = f"The words of {words} are gone; who asked, what was done and what it took stays."
    typer.echo(json.dumps({"turns": count}) if as_json else said)


async def _purge(before: str | None) -> int:
    from datetime import timedelta

    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import retention
    from storage.database import open_database

    settings = read_settings()
    now = settings.clock()
    moment = _moment(before, now) if before else now - timedelta(days=settings.trace_days)
    async with operator(settings) as desk:
        desk.audit("purge", "turn", 0, before={}, after={"ended before": moment.isoformat()})
    count = 0
    async with open_database(settings.database, settings.connections) as db:
        for rule in retention.texts_of_turns(moment):
            count = await retention.apply(db, rule)  # the last rule is that of the turns themselves
    return count
