"""`demo`: a small Slack and GitHub on this machine with the real bot in them; no account, no network."""

import asyncio
import secrets
import signal
import socket
import sys
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from bot.errors import UserError
from handlers.cli.failures import FAILED
from handlers.cli.serve import Serve

if TYPE_CHECKING:
    from bot.clock import MovedClock
    from bot.sandbox.github import GitHubSandbox
    from bot.sandbox.slack import SlackSandbox
    from bot.settings import Settings
    from handlers.context import Context
    from storage.database import Database

PORT = 8090
Only = Literal["llm"]
PATIENT = 15.0  # seconds people wait for an answer; Slack gives three, which a busy laptop may take to start something
WORKSPACE, REPOSITORIES, AHEAD = "workspace.json", "repositories.json", "clock"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # a story may play in any year
LEASE_S = 3.0  # when time is let pass the bot has its roles again within a third of it
INVITATION = """\
Chargehand's demo: {url}   (Ctrl-C ends it; {kept})

Five things to try there:
  1. as frank in #ops:           @chargehand redis is down, payments failing for everyone
  2. as alice, bob or carol:     /chargehand list, then /chargehand resolve CH-1 failed over to the replica
  3. as frank, directly to it:   refunds are stuck since noon
  4. as anyone, under GitHub:    open an issue in acme/shop, comment on it, close it; redeliver what was delivered
  5. +1 h, Next morning, Jump:   let time pass, and see what was due meanwhile

Triage is done by {triage}.
"""


def register(cli: typer.Typer, serve: Serve) -> None:
    @cli.command()
    def demo(
        port: Annotated[int | None, typer.Option(min=0, max=65535, help=f"{PORT} or a free one; 0 is any.")] = None,
        script: Annotated[Path | None, typer.Option(help="Play this story without the page and print it.")] = None,
        data: Annotated[Path | None, typer.Option(help="Keep the tickets, messages and issues in this folder.")] = None,
        only: Annotated[
            Only | None, typer.Option(help="llm: a stand-in for a model's server, and nothing else.")
        ] = None,
        llm_script: Annotated[Path | None, typer.Option(help="What that one answers (docs/sandbox_llm.md).")] = None,
    ) -> None:
        """Try Chargehand here, in a small Slack and GitHub of its own."""
        if only:
            _show_llm(port, llm_script, others=(script, data))
            return
        if llm_script:
            raise UserError("--llm-script is for the stand-in alone: add --only llm.")
        with ExitStack() as stack:
            folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="chargehand-demo-")))
            if script:
                asyncio.run(_play(serve, folder, script))
            else:
                asyncio.run(
                    _show(serve, folder, _free_or_any(PORT) if port is None else port, is_kept=data is not None)
                )


def _show_llm(port: int | None, llm_script: Path | None, *, others: tuple[Path | None, ...]) -> None:
    from handlers.cli import demo_llm

    if any(others):
        raise UserError("--only llm plays no story and keeps no data: leave --script and --data out.")
    asyncio.run(demo_llm.serve_llm(_free_or_any(demo_llm.PORT) if port is None else port, llm_script))


def _told_to_stop() -> asyncio.Event:
    """Is set by Ctrl-C, or by a supervisor."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _show(serve: Serve, folder: Path, port: int, *, is_kept: bool) -> None:
    """The page, until Ctrl-C."""
    from bot.sandbox.github import GitHubSandbox
    from bot.sandbox.github.kept import kept as github_kept
    from bot.sandbox.page import routes
    from bot.sandbox.page.repositories import issue_pages
    from bot.sandbox.quiet import quiet
    from bot.sandbox.slack import SlackSandbox
    from bot.sandbox.slack.kept import kept
    from bot.sandbox.wind import moment_of, pass_time
    from handlers.cli.demo_github import deliver_to
    from storage.database import open_database

    stop = _told_to_stop()
    page: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ready: asyncio.Future[tuple[Context, int]] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as stack:
        clock = _clock(folder)
        issues = partial(issue_pages, page=page)
        github = await stack.enter_async_context(
            GitHubSandbox.start(port=_free_or_any(PORT + 1), routes=issues, now=clock.seconds)
        )

        async def wind(text: str) -> None:
            async with open_database(settings.database, settings.connections) as db:
                until = moment_of(text, now=clock(), zone=ZoneInfo(settings.timezone))
                await pass_time(clock, until, db=db, settle=partial(quiet, slack, db))

        beside = partial(routes, github=github, wind=wind)
        slack = await stack.enter_async_context(
            SlackSandbox.start(port=port, routes=beside, ack_within=PATIENT, now=clock.seconds)
        )
        page.set_result(slack.url)
        await stack.enter_async_context(kept(slack.world, folder / WORKSPACE))
        await stack.enter_async_context(github_kept(github.world, folder / REPOSITORIES))
        settings = connected_settings(slack, github, folder)
        await _furnish(settings, slack, github)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(settings, stop=stop, started=lambda *heard: ready.set_result(heard)))
            ctx, webhooks = await ready
            deliver_to(github, webhooks)
            _invite(ctx, slack.url, kept=f"its data is in {folder}" if is_kept else "nothing is kept")
            await stop.wait()


def _invite(ctx: "Context", url: str, *, kept: str) -> None:
    triage = ctx.model.model("small") if ctx.model else "rules; ANTHROPIC_API_KEY lets a model do it"
    typer.echo(INVITATION.format(url=url, kept=kept, triage=triage))


async def _play(serve: Serve, folder: Path, script: Path) -> None:
    """The story and what everybody saw. Rules triage: a story ends the same way each time."""
    from bot.sandbox.github import GitHubSandbox
    from bot.sandbox.own_process import own_process
    from bot.sandbox.slack import SlackSandbox
    from bot.sandbox.story import Stage, StoryFailed, play, read_story
    from handlers.cli.demo_github import deliver_to
    from storage.database import open_database

    story = read_story(script)
    clock = _clock(folder, starts=story.starts)
    async with (
        SlackSandbox.start(ack_within=PATIENT, now=clock.seconds) as slack,
        GitHubSandbox.start(now=clock.seconds) as github,
    ):
        settings = connected_settings(slack, github, folder, anthropic_api_key=None)
        await _furnish(settings, slack, github)
        async with own_process(serve, settings) as bot, open_database(settings.database, settings.connections) as db:
            deliver_to(github, bot.port)
            typer.echo(story.title)
            stage = Stage(
                slack=slack,
                github=github,
                bot=bot,
                db=db,
                clock=clock,
                zone=ZoneInfo(settings.timezone),
                tell=lambda line: typer.echo(f"  {line}"),
                sent=partial(_sent, settings, db),
            )
            try:
                await play(story, stage)
            except StoryFailed as failure:
                typer.echo(f"{script}, {failure}", err=True)
                raise typer.Exit(FAILED) from None
            finally:
                typer.echo(f"\n{slack.transcript()}")


async def _sent(settings: "Settings", db: "Database") -> list[tuple[str, bool]]:
    from agent.notices.sent import sent

    async with db.read() as tx:
        return [(str(one), one.is_outside_hours) for one in await sent(tx, settings, since=LONG_AGO)]


async def _furnish(settings: "Settings", slack: "SlackSandbox", github: "GitHubSandbox") -> None:
    """What is there before the bot comes."""
    from bot.observe import set_up_logs
    from bot.slack.scopes import SCOPES
    from handlers.cli.demo_company import found
    from handlers.cli.demo_github import connect

    set_up_logs("warning", stream=sys.stderr)
    slack.scopes.intersection_update(scope.name for scope in SCOPES)  # as installed from our manifest
    await found(settings, slack)
    await connect(settings, slack, github)


def connected_settings(slack: "SlackSandbox", github: "GitHubSandbox", folder: Path, **chosen: Any) -> "Settings":
    from bot.settings import read_settings

    values: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "github_api_url": github.url,
        "github_token": github.token,
        "github_app_id": "",
        "github_private_key": None,
        "github_webhook_secret": secrets.token_hex(16),
        "github_comment": True,
        "webhook_networks": "127.0.0.0/8",  # it is GitHub here; the sandbox's own list names no network of this machine
        "effect_settle_s": 1.0,
        "lease_s": LEASE_S,
        "clock_file": str(folder / AHEAD),
        "database_url": f"sqlite:///{folder / 'chargehand.db'}",
        "http_port": 0,
    }
    return read_settings(**(values | chosen))


def _clock(folder: Path, *, starts: str = "next morning") -> "MovedClock":
    """The clock of this folder; a new one starts when a team is at work, whatever the day."""
    from bot.clock import MovedClock, utc_now
    from bot.sandbox.wind import moment_of
    from bot.settings import read_settings

    folder.mkdir(parents=True, exist_ok=True)
    clock = MovedClock(folder / AHEAD)
    if not clock.is_moved:
        clock.move_to(moment_of(starts, now=utc_now(), zone=ZoneInfo(read_settings().timezone)))
    return clock


def _free_or_any(port: int) -> int:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return port
    except OSError:
        return 0
