"""Every kind of job: a new one is a function, a test and a line here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from bot.worker import Kind, Run
from handlers.context import Context
from handlers.jobs import (
    by_comment,
    channels,
    commands,
    connections,
    digests,
    github_comment,
    github_events,
    github_facts,
    groups,
    home,
    leaving,
    low_budget,
    messages,
    narrate,
    people,
    plain_words,
    reactions,
    reassign,
    reconcile,
    reminder,
    replies,
    thread_summary,
    triage,
    turn,
    upkeep,
)
from prompts.words import speaking

OUTAGE = 20  # attempts, some two hours: what has to ask Slack first waits out an outage of Slack

JOBS: dict[str, Kind] = {
    "slack.message": Kind(messages.message, attempts=OUTAGE),
    "slack.reply": Kind(replies.reply, attempts=OUTAGE),
    "slack.reaction": Kind(reactions.reaction, attempts=OUTAGE),
    "slack.edit": Kind(messages.edit, attempts=OUTAGE),
    "slack.delete": Kind(messages.delete, attempts=OUTAGE),
    "slack.command": Kind(commands.command, attempts=OUTAGE),
    "slack.press": Kind(commands.press, attempts=OUTAGE),
    "slack.form": Kind(commands.form, attempts=OUTAGE),
    "slack.home": Kind(home.opened, attempts=OUTAGE),
    "slack.person": Kind(people.person, attempts=OUTAGE),
    "slack.channel": Kind(channels.channel, attempts=OUTAGE),
    "slack.usergroup": Kind(groups.usergroup, attempts=OUTAGE),
    "channels": Kind(channels.everywhere, time_limit=900),
    "groups": Kind(groups.groups, time_limit=900),
    "home": Kind(home.home, attempts=OUTAGE),
    "people": Kind(people.everybody, time_limit=900),
    "leaving": Kind(leaving.leaving, attempts=OUTAGE),
    "github.issues": Kind(github_events.issue),
    "github.issue_comment": Kind(github_events.comment),
    "github.pull_request": Kind(github_events.pull),
    "github.push": Kind(github_events.push),
    "github.check_run": Kind(github_events.check),
    "github.installation": Kind(github_events.installation),
    "github.installation_repositories": Kind(github_events.installation_repositories),
    "github.repository": Kind(github_events.repository),
    "github.comment": Kind(github_comment.comment),
    "github.command": Kind(by_comment.command, attempts=OUTAGE),
    "github.answer": Kind(by_comment.answer),
    "github.facts": Kind(github_facts.facts),
    "github.connect": Kind(connections.connect),
    "github.sync": Kind(connections.sync, time_limit=900),
    "github.disconnect": Kind(connections.disconnect),
    "triage": Kind(triage.triage, attempts=OUTAGE),
    "turn": Kind(turn.turn, attempts=OUTAGE, time_limit=4000),
    "plain_words": Kind(plain_words.plain_words),
    "narrate": Kind(narrate.narrate),
    "thread_summary": Kind(thread_summary.thread_summary),
    "budget.warning": Kind(low_budget.warn),
    "reassign": Kind(reassign.reassign, attempts=OUTAGE),
    "reminder": Kind(reminder.reminder, attempts=OUTAGE),
    "deadlines": Kind(reminder.deadlines, time_limit=900),
    "cards": Kind(reminder.cards, time_limit=900),
    "digests": Kind(digests.plan_digests, time_limit=900),
    "reconcile": Kind(reconcile.reconcile, time_limit=900),
    "backup": Kind(upkeep.backup, time_limit=3600),
    "prune": Kind(upkeep.prune, time_limit=3600),
    "audit.head": Kind(upkeep.note_head, time_limit=900),
}


def kinds(ctx: Context) -> dict[str, Kind]:
    """The jobs, ready for the worker."""
    return {name: replace(kind, function=partial(_spoken, ctx, kind.function)) for name, kind in JOBS.items()}


async def _spoken(ctx: Context, function: Callable[[Context, Run], Awaitable[None]], run: Run) -> None:
    """Who is spoken to is known inside; until then the language is the workspace's."""
    with speaking(ctx.settings.language):
        await function(ctx, run)
