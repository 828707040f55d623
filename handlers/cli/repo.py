"""`repo …`: the GitHub repositories Chargehand works with, and how far the reading of each is."""

import asyncio
from typing import Annotated, Literal

import typer

Name = Annotated[str, typer.Argument(help="The repository, OWNER/NAME.")]
Wait = Annotated[bool, typer.Option(help="Show how far it is until it is done; `serve` has to run.")]


def register(cli: typer.Typer) -> None:
    repo = typer.Typer(no_args_is_help=True, help="Connect GitHub repositories, read them, list them, let them go.")
    repo.command("list")(show)
    for verb in (connect, sync, disconnect):
        repo.command()(verb)
    cli.add_typer(repo, name="repo")


def connect(
    name: Name,
    channel: Annotated[str, typer.Option(help="The channel for its tickets: '#name' or its id.")] = "",
    tickets: Annotated[
        str, typer.Option(help="Which new issues become tickets: all (at first), none or label:NAME.")
    ] = "",
    hook: Annotated[
        bool, typer.Option("--hook", help="Give it a webhook of its own, or complete the one it has.")
    ] = False,
    wait: Wait = True,
) -> None:
    """Connect a repository and read its issues."""
    asyncio.run(_connect(name, channel, tickets=tickets, hook=hook, wait=wait))


async def _connect(name: str, channel: str, *, tickets: str, hook: bool, wait: bool) -> None:
    from agent.github.connections import connect
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from handlers.cli.reading import until_connected, until_read

    settings = read_settings()
    async with operator(settings, may_be_first=True) as desk:
        await connect(desk, name, channel=channel, policy=tickets, wants_hook=hook)
    typer.echo(f"{name} is to be connected; a running `serve` does it.")
    if wait:
        await until_connected(settings, name)
        await until_read(settings, name)


def sync(
    name: Name,
    full: Annotated[bool, typer.Option("--full", help="From the beginning, not from where it was left.")] = False,
    state: Annotated[Literal["all", "open"], typer.Option(help="Which issues.")] = "all",
    wait: Wait = True,
) -> None:
    """Read what changed in a repository."""
    asyncio.run(_sync(name, full=full, state=state, wait=wait))


async def _sync(name: str, *, full: bool, state: str, wait: bool) -> None:
    from agent.github.connections import sync
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from handlers.cli.reading import until_read

    settings = read_settings()
    async with operator(settings) as desk:
        known = await sync(desk, name, is_full=full, state=state)
    typer.echo(f"{known.full_name} is to be read; a running `serve` does it.")
    if wait:
        await until_read(settings, known.full_name)


def disconnect(name: Name) -> None:
    """Hear no more of a repository; its history stays."""
    asyncio.run(_disconnect(name))


async def _disconnect(name: str) -> None:
    from agent.github.connections import disconnect
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        known = await disconnect(desk, name)
    typer.echo(f"{known.full_name} is disconnected; its history stays.")


def show() -> None:
    """List the repositories. State, how much is read, until when, the last webhook and the next look."""
    asyncio.run(_show())


async def _show() -> None:
    from agent.github.connections import listing
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from handlers.cli.table import table

    async with operator(read_settings()) as desk:
        rows = [
            (
                one.repository.full_name,
                one.state,
                one.progress,
                one.read_until or "–",
                f"{one.heard_at:%Y-%m-%d %H:%M}" if one.heard_at else "never",
                f"{one.next_at:%H:%M}" if one.next_at else "–",
            )
            for one in await listing(desk)
        ]
    head = ("repository", "state", "read", "until (UTC)", "last webhook (UTC)", "next (UTC)")
    table(head, rows, none="No repository yet: `python app.py repo connect OWNER/NAME`.")
