"""A message that Slack will not take: said another way, or to somebody who can do something about it."""

from datetime import datetime

from agent.alarms.keep import ALARM
from agent.alarms.tell import ended
from agent.guardrails.parts import parts
from agent.language import LANGUAGE, own
from agent.notices import notify
from agent.people.leaving import left
from bot.messages import Message, TextFile, escape
from bot.slack.deliver import UNCERTAIN
from prompts.words import fixed, say, speaking, spoken
from storage import alarms, audit, outbox, people, queue, reminders, settings_kv, tickets
from storage.alarms import OVER
from storage.audit import AuditEvent
from storage.database import Tx
from storage.outbox import Outgoing
from storage.people import Person
from storage.queue import Job
from storage.tickets import Ticket

GONE = {"user_disabled", "user_not_found", "users_not_found", "cannot_dm_bot"}
NOT_THERE = {
    "not_in_channel": fixed("I am not a member of it: `/invite @chargehand`"),
    "channel_not_found": fixed("I cannot see it: `/invite @chargehand`"),
    "is_archived": fixed("it is archived"),
}


async def undeliverable(tx: Tx, row: Outgoing, error: str, *, now: datetime, language: str) -> None:
    """Find another way for one buried row; decoration (reactions, edits) has none and needs none.

    Args:
        language: the workspace's.
    """
    with speaking(language):
        await _another_way(tx, row, error, now)


async def _another_way(tx: Tx, row: Outgoing, error: str, now: datetime) -> None:
    if row.kind == outbox.UPLOAD:
        await _in_messages(tx, row, error, now)
    elif row.kind in {"respond", "replace"} and row.user_id and row.channel_id.startswith(("C", "G")):
        await _again(tx, row, now, kind="whisper", channel_id=row.channel_id)
    elif row.user_id and row.channel_id != row.user_id:  # somebody waits for it: say it to them directly
        if row.kind not in outbox.POSTS or not error.startswith(UNCERTAIN):  # else it may be there already
            await _again(tx, row, now, kind="post", channel_id=row.user_id)
    elif row.key.startswith("assigned:") and error in GONE:
        await _reassign(tx, row, now)
    elif row.key.startswith(f"{ALARM}:"):
        await _reminder_has_no_place(tx, row, error, now)
    elif row.key.startswith("card:") and row.kind == "post":
        await _card_is_homeless(tx, row, error, now)
    elif row.lane.startswith("dm:") and row.ticket_id:
        await _say_who_was_not_told(tx, row, error, now)


async def _again(tx: Tx, row: Outgoing, now: datetime, *, kind: str, channel_id: str, payload: str = "") -> None:
    again = Outgoing(
        workspace_id=row.workspace_id,
        key=f"{row.key}:as-{kind}",
        kind=kind,
        lane=f"dm:{channel_id}" if kind == "post" else f"{row.key}:as-{kind}",
        channel_id=channel_id,
        user_id=row.user_id,
        payload=payload or row.payload,
        ticket_id=row.ticket_id,
        due_at=now,
        created_at=now,
        correlation_id=row.correlation_id,
    )
    await outbox.add(tx, again)


async def _in_messages(tx: Tx, row: Outgoing, error: str, now: datetime) -> None:
    """A file that Slack does not take, for want of files:write say, is said whole in as many messages as it takes."""
    if error.startswith(UNCERTAIN):
        return  # it may be there
    text = TextFile.model_validate_json(row.payload).text
    for number, message in enumerate(parts(escape(text), may_upload=False).messages, 1):
        said = Outgoing(
            workspace_id=row.workspace_id,
            key=f"{row.key}:as-post:{number}",
            kind="post",
            lane=row.lane,
            channel_id=row.channel_id,
            thread_ts=row.thread_ts,
            payload=message.model_dump_json(),
            due_at=now,
            created_at=now,
            correlation_id=row.correlation_id,
        )
        await outbox.add(tx, said)


async def _reassign(tx: Tx, row: Outgoing, now: datetime) -> None:
    """The assignee has left between the choice and the message: somebody else is needed."""
    person = await people.by_slack_id(tx, row.workspace_id, row.channel_id)
    if person is None:
        return
    if person.is_active:
        await left(tx, person, now=now, besides=row.ticket_id)
    args = {"ticket_id": row.ticket_id, "person_id": person.id}
    job = Job(
        workspace_id=row.workspace_id,
        kind="reassign",
        args=args,
        key=f"ticket:{row.ticket_id}",
        dedupe_key=f"reassign:{row.key}",
        created_at=now,
        correlation_id=row.correlation_id,
    )
    await queue.put(tx, job)


async def _say_who_was_not_told(tx: Tx, row: Outgoing, error: str, now: datetime) -> None:
    """Their direct messages are closed to us: on record each time, and in the ticket's thread once."""
    ticket, person = await _about(tx, row)
    if person is None:
        return
    event = AuditEvent(
        workspace_id=row.workspace_id,
        at=now,
        actor="system",
        surface="system",
        action="untold",
        object_kind="ticket",
        object_id=str(ticket.id),
        correlation_id=row.correlation_id,
    )
    audit.record(tx, event, before={}, after={"person": person.id, "error": error})
    with speaking(await settings_kv.get(tx, ticket.channel_id, LANGUAGE) or spoken()):
        text = say(
            "@{who} could not be told: Slack takes no direct message for them (`{error}`).",
            who=escape(person.name),
            error=error,
        )
    said = Outgoing(
        workspace_id=row.workspace_id,
        key=f"untold:{ticket.id}:{person.id}",
        kind="post",
        lane=notify.lane(ticket),
        channel_id=ticket.channel_id,
        thread_ts=ticket.thread_ts,
        anchor=None if ticket.thread_ts else notify.card_key(ticket),
        payload=Message(text=text).model_dump_json(),
        ticket_id=ticket.id,
        due_at=now,
        created_at=now,
        correlation_id=row.correlation_id,
    )
    await outbox.add(tx, said)


async def _about(tx: Tx, row: Outgoing) -> tuple[Ticket, Person | None]:
    """The ticket of a direct message, and who it was for; nobody where it was for a channel."""
    ticket = await tickets.get(tx, row.ticket_id or 0)
    return ticket, await people.by_slack_id(tx, row.workspace_id, row.channel_id)


async def _reminder_has_no_place(tx: Tx, row: Outgoing, error: str, now: datetime) -> None:
    """It comes no more, and who asked for it for another person or a channel hears why."""
    alarm = await alarms.get(tx, int(row.key.split(":")[1]))
    if alarm is None or alarm.state == OVER or alarm.asker_id == alarm.person_id:
        return
    await reminders.cancel_alarm(tx, alarm.id)
    alarm.state, alarm.reason, alarm.next_at = OVER, f"Slack says {error}", None
    asker = await people.get(tx, alarm.asker_id)
    if asker.is_active:
        with speaking(await own(tx, asker.id) or spoken()):
            where = f"<#{alarm.channel_id}>: " if alarm.channel_id else say("they could not be told: ")
            payload = Message(text=ended(alarm, where + _why(error))).model_dump_json()
        await _again(tx, row, now, kind="post", channel_id=asker.slack_id, payload=payload)


async def _card_is_homeless(tx: Tx, row: Outgoing, error: str, now: datetime) -> None:
    """The ticket is kept; its reporter, else the admins, hear where its card could not go and what to do."""
    if row.ticket_id is None:
        return
    ticket = await tickets.get(tx, row.ticket_id)
    is_typed = ticket.source == "slack" and not ticket.chosen
    if is_typed and ticket.said_at is None and error in {"not_in_channel", "channel_not_found"}:
        return  # a slash command's own answer has said so
    told = [await people.get(tx, ticket.reporter_id)] if ticket.reporter_id else await people.admins(tx)
    for person in told:
        with speaking(await own(tx, person.id) or spoken()):
            text = say(
                "{ticket} is tracked, but its card cannot be posted in {channel}: {why}. "
                "`/chargehand show {name}` shows it.",
                ticket=notify.headline(ticket),
                channel=f"<#{ticket.channel_id}>",
                why=_why(error),
                name=ticket.name,
            )
        payload = Message(text=text).model_dump_json()
        await _again(tx, row, now, kind="post", channel_id=person.slack_id, payload=payload)


def _why(error: str) -> str:
    return say(NOT_THERE[error]) if error in NOT_THERE else say("Slack says `{error}`", error=error)
