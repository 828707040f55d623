"""A buried job is said to whoever waits for it, once, with a reference that an admin can act on."""

import json
from datetime import datetime

from bot.events import SlackPerson
from bot.messages import Message
from bot.slack.parse import parse
from storage import inbox, outbox, people, tickets
from storage.database import Tx
from storage.outbox import Outgoing
from storage.queue import Job


async def apologise(tx: Tx, job: Job, *, now: datetime, bot_user_id: str) -> None:
    """Promise 2 of docs/design.md: no message ends in silence."""
    slack_id, about = await _waiting(tx, job, bot_user_id)
    if slack_id is None:
        return
    text = (
        f"Something went wrong on my side with {about}. Nothing is lost: an admin can run it again with"
        f" `python app.py jobs replay {job.id}`. Reference: `{job.correlation_id}`."
    )
    row = Outgoing(
        workspace_id=job.workspace_id,
        key=f"job:{job.id}:{job.token}:apology",
        kind="post",
        lane=f"dm:{slack_id}",
        channel_id=slack_id,
        payload=Message(text=text).model_dump_json(),
        due_at=now,
        created_at=now,
        correlation_id=job.correlation_id,
    )
    await outbox.add(tx, row)


async def _waiting(tx: Tx, job: Job, bot_user_id: str) -> tuple[str | None, str]:
    """Who waits for a job, and for what in words."""
    if ticket_id := job.args.get("ticket_id"):
        ticket = await tickets.get(tx, ticket_id)
        return (await people.get(tx, ticket.reporter_id)).slack_id, ticket.name
    if delivery_id := job.args.get("delivery_id"):
        delivery = await inbox.get(tx, delivery_id)
        event = parse(json.loads(delivery.payload), bot_user_id=bot_user_id).event
        if isinstance(event, SlackPerson):
            return None, ""  # Slack told of them; they asked for nothing
        return getattr(event, "user_id", None), f"your {delivery.kind}"
    return None, ""
