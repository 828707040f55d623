"""`audit …`: check that the record is as it was written, hand it on, and take a person's words off it."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.failures import FAILED

if TYPE_CHECKING:
    from storage.seals import AuditSeal
    from storage.trail import Entry, Verdict

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(cli: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help="Check the record of who did what, export it, forget a person.")
    for verb in (verify, head, export, forget):
        audit.command()(verb)
    cli.add_typer(audit, name="audit")


def verify(
    noted: Annotated[str, typer.Option("--head", help="A head noted earlier: finds a tail that was cut off.")] = "",
    as_json: AsJson = False,
) -> None:
    """Follow the chain of seals from the first to the last. Exit code 1 where it does not hold."""
    found = asyncio.run(_verify(noted.strip()))
    typer.echo(json.dumps(_fields(found), indent=2) if as_json else _sentence(found))
    if found.broken:
        raise typer.Exit(FAILED)


async def _verify(noted: str) -> "Verdict":
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import trail

    async with look(read_settings()) as tx:
        return await trail.verify(tx, noted=noted)


def _fields(found: "Verdict") -> dict[str, object]:
    broken = found.broken and {"sequence": found.broken.sequence, "why": found.broken.why}
    counts = {"sealed": found.sealed, "unsealed": found.unsealed, "forgotten": found.forgotten}
    return {"whole": not found.broken, **counts, "head": found.head, "broken": broken}


def _sentence(found: "Verdict") -> str:
    if found.broken:
        return f"Broken at {found.broken.sequence}: {found.broken.why}. The {found.sealed} before it are whole."
    more = (f", {found.unsealed} not sealed yet" if found.unsealed else "") + (
        f", of {found.forgotten} the words are forgotten" if found.forgotten else ""
    )
    return f"{found.sealed} events are whole{more}.\nHead: {found.head or 'none yet: `serve` seals every ten seconds'}"


def head(as_json: AsJson = False) -> None:
    """Print the newest seal, to be noted where nobody who can change the database can change it."""
    newest = asyncio.run(_head())
    if as_json:
        typer.echo(json.dumps({"sequence": newest.sequence, "head": newest.hash} if newest else {}))
    else:
        typer.echo(f"{newest.sequence} {newest.hash}" if newest else "Nothing is sealed yet.")


async def _head() -> "AuditSeal | None":
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import seals

    async with look(read_settings()) as tx:
        return await seals.head(tx)


def export(
    since: Annotated[str | None, typer.Option(help="From when on: 90m, 2h, 3d or 2026-03-02T02:10 (UTC).")] = None,
    about: Annotated[str, typer.Option("--object", help="Only of this: CH-12, or KIND:ID as in person:7.")] = "",
) -> None:
    """Print the record, oldest first, as JSON Lines."""
    asyncio.run(_export(since, about))


async def _export(since: str | None, about: str) -> None:
    from datetime import UTC, datetime

    from agent.commands.reconcile import moment_of
    from bot.errors import UserError
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import trail

    moment = moment_of(since, now=datetime.now(UTC)) if since else None
    async with look(read_settings()) as tx:
        found = await trail.object_named(tx, about) if about else None
        if about and found is None:
            raise UserError(f"“{about}” is not on record: name a ticket as CH-12, or KIND:ID as in person:7.")
        async for entry in trail.entries(tx, since=moment, about=found):
            typer.echo(json.dumps(_line(entry)))


def _line(entry: "Entry") -> dict[str, object]:
    event = entry.event
    return {
        "sequence": entry.sequence,
        "hash": entry.hash,
        "id": event.id,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "surface": event.surface,
        "action": event.action,
        "object": f"{event.object_kind}:{event.object_id}",
        "correlation_id": event.correlation_id,
        "forgotten": entry.said is None,
        **(entry.said or {}),
    }


def forget(
    person: Annotated[str, typer.Argument(help="Name or Slack id.")],
    reason: Annotated[str, typer.Option(help="Goes on record.")],
    as_json: AsJson = False,
) -> None:
    """Take a person's words off the record. What they did, and that it was forgotten, stays."""
    name, number = asyncio.run(_forget(person, reason))
    text = f"The words of {number} events with {name} are gone; `python app.py audit verify` still holds."
    typer.echo(json.dumps({"person": name, "events": number}) if as_json else text)


async def _forget(name: str, reason: str) -> tuple[str, int]:
    from agent.forget import forget as take_off
    from bot.settings import read_settings
    from handlers.cli.desk import operator, person_called

    async with operator(read_settings()) as desk:
        found = await person_called(desk.tx, desk.workspace_id, name)
        return found.name, await take_off(desk, found, reason=reason)
