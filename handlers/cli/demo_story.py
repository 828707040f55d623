"""`demo --script`: a story is played without the page, and what everybody saw is printed."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from agent.notices.sent import sent
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.own_process import own_process
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.story import Stage, Story, StoryFailed, play, read_story
from bot.settings import Settings
from handlers.cli.demo_github import deliver_to
from handlers.cli.demo_model import OFFLINE, SANDBOX, model_for
from handlers.cli.demo_place import PATIENT, clock_of, furnish, settings_for
from handlers.cli.failures import FAILED
from handlers.cli.serve import Serve
from storage.database import Database, open_database

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # a story may play in any year
# The Slack of a story allows any number, and nobody looks on.
AT_ONCE: dict[str, Any] = {"post_interval_seconds": 0.0, "edit_interval_seconds": 0.0, "edits_per_minute": 10_000}


async def play_story(serve: Serve, folder: Path, path: Path, *, llm: str | None, llm_script: Path | None) -> None:
    """The story and what everybody saw. A story that names no model's script has none: it ends the same way each time.

    Raises:
        UserError: there is no such story or model. Exit: a step went wrong.
    """
    story = read_story(path)
    name, said = llm or (SANDBOX if story.llm else OFFLINE), llm_script or _beside(path, story)
    clock = clock_of(folder, starts=story.starts)
    async with (
        SlackSandbox.start(ack_within=PATIENT, now=clock.seconds) as slack,
        GitHubSandbox.start(now=clock.seconds) as github,
        model_for(name, script=said if name == SANDBOX else None) as model,
    ):
        settings = settings_for(slack, github, folder, **AT_ONCE, **model.chosen)
        await furnish(settings, slack, github)
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
                llm=model.sandbox,
                has_model=model.is_there,
            )
            try:
                await play(story, stage)
            except StoryFailed as failure:
                typer.echo(f"{path}, {failure}", err=True)
                raise typer.Exit(FAILED) from None
            finally:
                typer.echo(f"\n{slack.transcript()}")


def _beside(path: Path, story: Story) -> Path | None:
    return path.parent / story.llm if story.llm else None


async def _sent(settings: Settings, db: Database) -> list[tuple[str, bool]]:
    async with db.read() as tx:
        return [(str(one), one.is_outside_hours) for one in await sent(tx, settings, since=LONG_AGO)]
