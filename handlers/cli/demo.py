"""`demo`: a small Slack and GitHub on this machine with the real bot in them; no account, no network."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from bot.errors import UserError
from handlers.cli.serve import Serve

if TYPE_CHECKING:
    from handlers.context import Context

PORT = 8090
Only = Literal["llm"]
WORKSPACE, REPOSITORIES, DATABASE = "workspace.json", "repositories.json", "chargehand.db"
KEPT = "It is kept: with CHARGEHAND_DATABASE_URL=sqlite:///{database} every command of app.py looks at it."
ASKS = {
    True: "say anything in plain words: `could you give CH-1 to @bob and tell me who is least busy?`",
    False: "`--llm sandbox` lets a stand-in for a model answer plain words",
}
INVITATION = """\
Chargehand's demo: {url}   (Ctrl-C ends it; {kept})

Five things to try there:
  1. as frank in #ops:           @chargehand redis is down, payments failing for everyone
  2. as alice, bob or carol:     /chargehand list, then /chargehand resolve CH-1 failed over to the replica
  3. as frank, directly to it:   refunds are stuck since noon
  4. as anyone, under GitHub:    open an issue in acme/shop, comment on it, close it; redeliver what was delivered
  5. +1 h, Next morning, Jump:   let time pass, and see what was due meanwhile

Triage is done by {triage}; {asks}.
"""


def register(cli: typer.Typer, serve: Serve) -> None:
    @cli.command()
    def demo(
        port: Annotated[int | None, typer.Option(min=0, max=65535, help=f"{PORT} or a free one; 0 is any.")] = None,
        script: Annotated[Path | None, typer.Option(help="Play this story without the page and print it.")] = None,
        data: Annotated[
            Path | None, typer.Option("--data", "--keep", help="Keep the tickets, messages and issues in this folder.")
        ] = None,
        llm: Annotated[
            str | None,
            typer.Option(help="sandbox: a stand-in for a model; offline: none; or a provider of CHARGEHAND_LLM__…."),
        ] = None,
        only: Annotated[
            Only | None, typer.Option(help="llm: a stand-in for a model's server, and nothing else.")
        ] = None,
        llm_script: Annotated[Path | None, typer.Option(help="What that one answers (docs/sandbox_llm.md).")] = None,
    ) -> None:
        """Try Chargehand here, in a small Slack and GitHub of its own."""
        if only:
            _show_llm(port, llm_script, others=(script, data, llm))
            return
        if llm_script and llm != "sandbox":
            raise UserError("--llm-script is for the stand-in: add --only llm or --llm sandbox.")
        with ExitStack() as stack:
            folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="chargehand-demo-")))
            if script:
                from handlers.cli.demo_story import play_story

                asyncio.run(play_story(serve, folder, script, llm=llm, llm_script=llm_script))
                if data:
                    typer.echo(KEPT.format(database=(data / DATABASE).resolve()))
            else:
                at = _free_or_any(PORT) if port is None else port
                asyncio.run(_show(serve, folder, at, llm=llm, llm_script=llm_script, is_kept=data is not None))


def _show_llm(port: int | None, llm_script: Path | None, *, others: tuple[object, ...]) -> None:
    from handlers.cli import demo_llm

    if any(others):
        raise UserError("--only llm plays no story and keeps no data: leave --script, --data and --llm out.")
    asyncio.run(demo_llm.serve_llm(_free_or_any(demo_llm.PORT) if port is None else port, llm_script))


def _told_to_stop() -> asyncio.Event:
    """Is set by Ctrl-C, or by a supervisor."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _show(
    serve: Serve, folder: Path, port: int, *, llm: str | None, llm_script: Path | None, is_kept: bool
) -> None:
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
    from handlers.cli.demo_model import model_for
    from handlers.cli.demo_place import PATIENT, clock_of, furnish, settings_for
    from storage.database import open_database

    stop = _told_to_stop()
    page: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ready: asyncio.Future[tuple[Context, int]] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as stack:
        clock = clock_of(folder)
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
        model = await stack.enter_async_context(model_for(llm, script=llm_script))
        settings = settings_for(slack, github, folder, **model.chosen)
        await furnish(settings, slack, github)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(settings, stop=stop, started=lambda *heard: ready.set_result(heard)))
            ctx, webhooks = await ready
            deliver_to(github, webhooks)
            triage = ctx.model.model("small") if ctx.model else "rules; ANTHROPIC_API_KEY lets a model do it"
            where = f"its data is in {folder}" if is_kept else "nothing is kept"
            typer.echo(INVITATION.format(url=slack.url, kept=where, triage=triage, asks=ASKS[bool(ctx.model)]))
            await stop.wait()


def _free_or_any(port: int) -> int:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return port
    except OSError:
        return 0
