"""`python app.py VERB`: one line per verb; errors are one clear line and an exit code."""

import typer

from handlers.cli import (
    access,
    agent,
    audit,
    calendar,
    db,
    demo,
    digest,
    doctor,
    eval,
    help,
    jobs,
    llm,
    manifest,
    ownership,
    person,
    prompt,
    proposal,
    reconcile,
    reminders,
    repo,
    sla,
    smoke,
    status,
    team,
    ticket,
    tool,
    trace,
    turn,
    version,
    webhook,
)
from handlers.cli import serve as serving
from handlers.cli.failures import Cli
from handlers.cli.serve import Serve


def build_cli(serve: Serve) -> typer.Typer:
    """The command line; `serve` is app.py's, since only app.py composes."""
    cli = typer.Typer(
        cls=Cli, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    version.register(cli)
    serving.register(cli, serve)
    demo.register(cli, serve)
    for verb in (
        doctor,
        llm,
        prompt,
        status,
        smoke,
        manifest,
        db,
        ticket,
        team,
        person,
        calendar,
        repo,
        webhook,
        reconcile,
        jobs,
        trace,
    ):
        verb.register(cli)
    for records in (audit, access):
        records.register(cli)
    for of_agent in (turn, proposal, tool, agent):
        of_agent.register(cli)
    eval.register(cli, serve)
    for explaining in (reminders, digest, ownership, sla, help):
        explaining.register(cli)
    return cli
