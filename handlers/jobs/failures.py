"""A buried job is on record and said to the admins, and once to whoever waits for it, with a reference."""

import json
from datetime import datetime

from agent import dead_letters
from agent.cards.working import bring_back
from agent.desk import Desk
from agent.github.connections import DEAD, reading_ended
from agent.language import own
from agent.turns.fail import fail
from bot.events import SlackPerson
from bot.messages import Message
from bot.overdue import KIND as TURN
from bot.slack.parse import parse
from handlers.context import Context
from prompts.words import Phrase, fixed, phrase, say, speaking, spoken
from storage import inbox, outbox, people, queue, tickets, turns
from storage.database import Tx
from storage.outbox import Outgoing
from storage.queue import Job

WAITED_FOR = {
    "message": fixed("your message"),
    "command": fixed("your command"),
    "press": fixed("your press of a button"),
    "form": fixed("your form"),
}
REQUEST = fixed("your request")


async def buried(ctx: Context, tx: Tx, ended: Job) -> None:
    """What follows in the transaction that buries a job; one that was cancelled as it failed is no dead letter."""
    job = await queue.get(tx, ended.id)
    if job is None or job.state != "dead":
        return
    now = ctx.clock()
    with speaking(ctx.settings.language):
        await apologise(tx, job, now=now, bot_user_id=ctx.bot_user_id)
    desk = Desk(
        tx=tx,
        now=now,
        settings=ctx.settings,
        workspace_id=ctx.workspace_id,
        surface="system",
        correlation_id=job.correlation_id,
        key=f"job:{job.id}:{job.fence}:dead",
    )
    await bring_back(desk, job.correlation_id)
    with speaking(ctx.settings.language):
        await dead_letters.record(desk, job)
    if job.kind == TURN:
        await fail(desk, await turns.get(tx, job.args["turn_id"]), name="failed")
    await reading_ended(tx, job, DEAD.format(job=job.id))


async def apologise(tx: Tx, job: Job, *, now: datetime, bot_user_id: str) -> None:
    """Promise 2 of docs/design.md: no message ends in silence."""
    slack_id, about = await _waiting(tx, job, bot_user_id)
    if slack_id is None:
        return
    person = await people.by_slack_id(tx, job.workspace_id, slack_id)
    with speaking((await own(tx, person.id) if person else None) or spoken()):
        text = say(
            "Something went wrong on my side with {about}. Nothing is lost: the admins have been told, and one of "
            "them can run it again with `/chargehand jobs replay {job} REASON`. Reference: `{reference}`.",
            about=about,
            job=job.id,
            reference=job.correlation_id,
        )
    row = Outgoing(
        workspace_id=job.workspace_id,
        key=f"job:{job.id}:apology",
        kind="post",
        lane=f"dm:{slack_id}",
        channel_id=slack_id,
        payload=Message(text=text).model_dump_json(),
        due_at=now,
        created_at=now,
        correlation_id=job.correlation_id,
    )
    await outbox.add(tx, row)


async def _waiting(tx: Tx, job: Job, bot_user_id: str) -> tuple[str | None, Phrase | str]:
    """Who waits for a job, and for what in words."""
    if asker := job.args.get("slack_id"):  # their command said that they hear what comes of it
        return asker, phrase(WAITED_FOR["command"])
    ticket_id, delivery_id = job.args.get("ticket_id"), job.args.get("delivery_id")
    if ticket_id and await tickets.exists(tx, ticket_id):
        ticket = await tickets.get(tx, ticket_id)
        reporter = await people.get(tx, ticket.reporter_id) if ticket.reporter_id else None
        return reporter.slack_id if reporter else None, ticket.name
    if delivery_id and await inbox.is_readable(tx, delivery_id):
        delivery = await inbox.get(tx, delivery_id)
        event = parse(json.loads(delivery.raw), bot_user_id=bot_user_id).event
        if isinstance(event, SlackPerson):
            return None, ""  # Slack told of them; they asked for nothing
        return getattr(event, "user_id", None), phrase(WAITED_FOR.get(delivery.kind, REQUEST))
    return None, ""
