"""`reconcile`: fetch what Slack and GitHub sent and was not heard, or only say what that would be."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime


NOBODY = "No repository is connected, so GitHub has nothing to tell: `python app.py repo connect OWNER/NAME`."


def register(cli: typer.Typer) -> None:
    cli.command()(reconcile)


def reconcile(
    since: Annotated[str, typer.Option(help="From when on: 90m, 2h, 3d or 2026-03-02T02:10 (UTC).")] = "1h",
    repo: Annotated[str | None, typer.Option(help="Only this repository, OWNER/NAME.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask GitHub what is missing, and fetch nothing.")] = False,
) -> None:
    """Fetch what was missed."""
    from datetime import UTC, datetime

    from agent.commands.reconcile import moment_of

    start = moment_of(since, now=datetime.now(UTC))
    asyncio.run(_look(start, repo) if dry_run else _ask(start, repo))


async def _ask(since: "datetime", repo: str | None) -> None:
    from agent.github.connections import named
    from agent.github.reconcile import ask
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        known = await named(desk, repo) if repo else None
        await ask(desk, since=since, repository=known.full_name if known else None)
    typer.echo("A running `serve` fetches what was missed, and tells the admins.")


async def _look(since: "datetime", repo: str | None) -> None:
    from agent.github.connections import named
    from bot.errors import UserError
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    settings = read_settings()
    if not settings.acts_on_github:
        raise UserError("GITHUB_TOKEN is not set (nor GITHUB_APP_ID with GITHUB_PRIVATE_KEY): GitHub cannot be asked.")
    async with operator(settings) as desk:
        known = await named(desk, repo) if repo else None
    await _list_missing(since, known.github_id if known else None)


async def _list_missing(since: "datetime", github_id: int | None) -> None:
    from datetime import UTC, datetime
    from functools import partial

    from agent.github.missing import missing
    from bot.errors import UserError
    from bot.github.client import open_github
    from bot.github.failures import CallFailed
    from bot.limiter import Limiter
    from bot.settings import read_settings
    from handlers.cli.table import table
    from storage import repositories
    from storage.database import open_database

    settings, now = read_settings(), datetime.now(UTC)
    async with (
        open_database(settings.database, settings.connections) as db,
        open_github(settings, limiter=Limiter(db, holder="reconcile", clock=partial(datetime.now, UTC))) as github,
    ):
        async with db.read() as tx:
            known = [one for one in await repositories.connected(tx) if github_id in {None, one.github_id}]
        try:
            found = await missing(github.for_a_person(), db, known, since=since, now=now, is_for_all=github_id is None)
        except CallFailed as failed:
            raise UserError(f"GitHub does not say: {failed.code}.") from failed
    for name, why in found.unlisted.items():
        whose = name or "the App"
        typer.echo(f"The deliveries of {whose} cannot be listed (GitHub says {why}): what changed there is looked at.")
    rows = [(one.guid, f"{one.at:%Y-%m-%d %H:%M:%S}", str(one.repo_id or "–"), str(one.tries)) for one in found.missing]
    none = "Nothing is missing." if known or github.is_app else NOBODY
    none = "So what is missing cannot be told." if found.is_deaf else none
    table(("delivery", "sent (UTC)", "repository id", "asked again"), rows, none=none)
    if rows:
        typer.echo(f"{len(rows)} would be fetched again.")
