"""Every kind of job: a new one is a function, a test and a line here."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.worker import Handler, Run
from handlers.context import Context
from handlers.jobs import commands, messages, people, reassign, triage, upkeep

JOBS: dict[str, Callable[[Context, Run], Awaitable[None]]] = {
    "slack.message": messages.message,
    "slack.edit": messages.edit,
    "slack.delete": messages.delete,
    "slack.command": commands.command,
    "slack.press": commands.press,
    "slack.form": commands.form,
    "slack.person": people.person,
    "triage": triage.triage,
    "reassign": reassign.reassign,
    "prune": upkeep.prune,
}


def handlers(ctx: Context) -> dict[str, Handler]:
    """The jobs, ready for the worker."""
    return {name: partial(job, ctx) for name, job in JOBS.items()}
