"""`demo`: a small Slack on this machine with the real bot in it; no account, no network, nothing kept unless asked."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.failures import FAILED
from handlers.cli.serve import Serve

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackSandbox
    from bot.settings import Settings
    from handlers.context import Context

    Scene = Callable[[SlackSandbox, Context], Awaitable[None]]

PORT = 8090
WORKSPACE = "workspace.json"
INVITATION = """\
Chargehand's demo: {url}   (Ctrl-C ends it; {kept})

Three things to try there:
  1. as frank in #ops:           @chargehand redis is down, payments failing for everyone
  2. as alice, bob or carol:     /chargehand list, then /chargehand resolve CH-1 failed over to the replica
  3. as frank, directly to it:   refunds are stuck since noon

Triage is done by {triage}.
"""


def register(cli: typer.Typer, serve: Serve) -> None:
    @cli.command()
    def demo(
        port: Annotated[int | None, typer.Option(min=0, max=65535, help=f"{PORT} or a free one; 0 is any.")] = None,
        script: Annotated[Path | None, typer.Option(help="Play this story without the page and print it.")] = None,
        data: Annotated[Path | None, typer.Option(help="Keep the tickets and what was said in this folder.")] = None,
    ) -> None:
        """Try Chargehand here and now, in a small Slack-like workspace on this machine."""
        with ExitStack() as stack:
            folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="chargehand-demo-")))
            if script:
                asyncio.run(_play(serve, folder, script))
            else:
                asyncio.run(_show(serve, folder, _usual_or_free() if port is None else port, is_kept=data is not None))


async def _show(serve: Serve, folder: Path, port: int, *, is_kept: bool) -> None:
    """The page, until Ctrl-C."""
    from bot.sandbox.page import routes
    from bot.sandbox.slack import SlackSandbox
    from bot.sandbox.slack.kept import kept

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)

    async def invite(slack: SlackSandbox, ctx: "Context") -> None:
        triage = ctx.model.name if ctx.model else "rules; ANTHROPIC_API_KEY lets a model do it"
        where = f"its data is in {folder}" if is_kept else "nothing is kept"
        typer.echo(INVITATION.format(url=slack.url, kept=where, triage=triage))
        await stop.wait()

    async with SlackSandbox.start(port=port, routes=routes) as slack, kept(slack.world, folder / WORKSPACE):
        await _staged(serve, slack, _settings(slack, folder), scene=invite)


async def _play(serve: Serve, folder: Path, script: Path) -> None:
    """The story and what everybody saw. Rules triage: a story ends the same way each time."""
    from bot.sandbox.quiet import quiet
    from bot.sandbox.slack import SlackSandbox
    from bot.sandbox.story import StoryFailed, play, read_story

    story = read_story(script)
    failures: list[StoryFailed] = []

    async def perform(slack: SlackSandbox, ctx: "Context") -> None:
        try:
            await play(story, slack, settle=lambda: quiet(slack, ctx.db))
        except StoryFailed as failure:
            failures.append(failure)
        typer.echo(f"{story.title}\n\n{slack.transcript()}")

    async with SlackSandbox.start() as slack:
        await _staged(serve, slack, _settings(slack, folder, anthropic_api_key=None), scene=perform)
    for failure in failures:
        typer.echo(f"{script}, {failure}", err=True)
        raise typer.Exit(FAILED)


async def _staged(serve: Serve, slack: "SlackSandbox", settings: "Settings", *, scene: "Scene") -> None:
    """The bot in the workspace for as long as the scene lasts."""
    from bot.observe import set_up_logs
    from bot.slack.scopes import SCOPES
    from handlers.cli.demo_company import found

    set_up_logs("warning")
    slack.scopes.intersection_update(scope.name for scope in SCOPES)  # as installed from our manifest
    await found(settings, slack)
    stop = asyncio.Event()
    ready: asyncio.Future[Context] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(settings, stop=stop, started=lambda ctx, port: ready.set_result(ctx)))
        await scene(slack, await ready)
        stop.set()


def _settings(slack: "SlackSandbox", folder: Path, **chosen: None) -> "Settings":
    from bot.settings import read_settings

    return read_settings(
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=slack.api_url,
        database_url=f"sqlite:///{folder / 'chargehand.db'}",
        http_port=0,
        **chosen,
    )


def _usual_or_free() -> int:
    try:
        with socket.create_server(("127.0.0.1", PORT)):
            return PORT
    except OSError:
        return 0
