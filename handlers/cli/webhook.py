"""`webhook secret …`: secrets of single hooks, shown once and never again."""

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import timedelta

    from agent.github.webhook_secrets import Issued

Repo = Annotated[str | None, typer.Option(help="The repository, OWNER/NAME.")]
Org = Annotated[str | None, typer.Option(help="The organisation's login.")]
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def register(cli: typer.Typer) -> None:
    webhook = typer.Typer(no_args_is_help=True, help="Make and rotate the secrets of GitHub's webhooks.")
    secret = typer.Typer(no_args_is_help=True, help="Make, rotate, list and retire secrets of single hooks.")
    secret.command()(create)
    secret.command()(rotate)
    secret.command("list")(show)
    secret.command()(retire)
    webhook.add_typer(secret, name="secret")
    cli.add_typer(webhook, name="webhook")


def create(
    repo: Repo = None, org: Org = None, hook_id: Annotated[int | None, typer.Option(help="GitHub's id of it.")] = None
) -> None:
    """Make the first secret of a repository's or organisation's hook."""
    asyncio.run(_create(_scope(repo, org), hook_id))


async def _create(scope: str, hook_id: int | None) -> None:
    from agent.github.webhook_secrets import create
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), may_be_first=True) as desk:
        issued = await create(desk, scope, hook_id=hook_id)
    _print(issued)


def rotate(
    repo: Repo = None,
    org: Org = None,
    grace: Annotated[str, typer.Option(help="How long the old one counts: 30m, 24h, 7d.")] = "24h",
    push: Annotated[bool, typer.Option("--push", help="Set it at GitHub, too.")] = False,
) -> None:
    """Make a new secret; the old one counts until the grace ends."""
    asyncio.run(_rotate(_scope(repo, org), _span(grace), push=push))


async def _rotate(scope: str, grace: "timedelta", *, push: bool) -> None:
    from agent.github.webhook_secrets import push as push_secret
    from agent.github.webhook_secrets import repository_of, rotate
    from bot.errors import UserError
    from bot.github.client import open_github
    from bot.github.failures import CallFailed
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    settings = read_settings()
    async with operator(settings) as desk:
        issued = await rotate(desk, scope, grace=grace)
        repository = await repository_of(desk, issued) if push else None
    _print(issued)
    if repository:
        try:
            async with open_github(settings) as github:
                hook_id = await push_secret(github, repository, issued)
        except CallFailed as failed:
            raise UserError(f"It counts here, but GitHub did not take it ({failed}): set it there by hand.") from failed
        typer.echo(f"Hook {hook_id} at GitHub signs with it from now on.")


def show() -> None:
    """List the secrets: scope, age, state and last use, never the value."""
    asyncio.run(_show())


async def _show() -> None:
    from agent.github.webhook_secrets import listing
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from handlers.cli.table import table

    async with operator(read_settings()) as desk:
        rows = [
            (
                str(one.record.id),
                one.record.scope,
                f"/webhooks/github/{one.record.hook_key}",
                f"{(desk.now - one.record.created_at).days} d",
                one.state,
                f"{one.last_use:%Y-%m-%d %H:%M} UTC" if one.last_use else "never",
            )
            for one in await listing(desk)
        ]
    none = "No secret of a single hook: `python app.py webhook secret create --repo OWNER/NAME`."
    table(("id", "for", "address", "age", "state", "last use"), rows, none=none)


def retire(secret_id: Annotated[int, typer.Argument(help="Its number in `webhook secret list`.")]) -> None:
    """End a secret now."""
    asyncio.run(_retire(secret_id))


async def _retire(secret_id: int) -> None:
    from agent.github.webhook_secrets import retire
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        record = await retire(desk, secret_id)
    typer.echo(f"Secret {record.id} of {record.scope} counts no more.")


def _scope(repo: str | None, org: str | None) -> str:
    from bot.errors import UserError

    if bool(repo) == bool(org):
        raise UserError("Name one: --repo OWNER/NAME or --org LOGIN.")
    return f"repo:{repo}" if repo else f"org:{org}"


def _span(text: str) -> "timedelta":
    from datetime import timedelta

    from bot.errors import UserError

    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if not found:
        raise UserError(f"{text} is no time: write 30m, 24h or 7d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _print(issued: "Issued") -> None:
    typer.echo(f"Secret of {issued.record.scope}, shown this once: {issued.secret}")
    typer.echo(f"Address of its hook: /webhooks/github/{issued.record.hook_key}")
