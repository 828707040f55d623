"""A Home tab that is open follows what changes: at once for who pressed something on it, within seconds for others."""

import hashlib
from datetime import datetime, timedelta

from agent.desk import Desk
from agent.notices import notify
from bot.home import HOME
from bot.home import Home as Page
from bot.messages import Message
from storage import homes, outbox, queue
from storage.homes import Home
from storage.people import Person
from storage.queue import Job

JOB = "home"
WATCHED = timedelta(minutes=15)  # after it was opened
APART = timedelta(seconds=5)  # between two of one person that nobody pressed anything for
STUCK = timedelta(minutes=2)  # a job that was due so long ago comes no more by itself
ANSWERS, ANSWER_LASTS = 3, timedelta(minutes=10)


def is_home(desk: Desk) -> bool:
    """Whether the request was made on the Home tab."""
    return desk.place is not None and desk.place.channel_id == HOME


async def opened(desk: Desk) -> None:
    """The person at the desk has it before them: it is published now, whatever was published before."""
    home = await _own(desk)
    home.opened_at, home.shown = desk.now, ""
    await _ask_for(desk, home, at=desk.now, is_awaited=True)


async def said(desk: Desk, message: Message, *, settles: bool) -> None:
    """Show the answer to what was pressed there, and what has become of everything else.

    Args:
        settles: it takes the place of the answer before it, whose button was pressed.
    """
    home = await _own(desk)
    before = home.said[1:] if settles else home.said
    home.said = [{"at": desk.now.isoformat(), "message": message.model_dump()}, *before][:ANSWERS]
    home.opened_at = desk.now
    await _ask_for(desk, home, at=desk.now, is_awaited=True)


async def touched(desk: Desk) -> None:
    """Something has changed: every Home tab that is open is built again, and published if it shows something else."""
    for home in await homes.open_since(desk.tx, desk.now - WATCHED):
        home.wanted += 1
        if home.due_at is None or home.due_at < desk.now - STUCK:
            await _ask_for(desk, home, at=max(desk.now, home.not_before), is_awaited=False)


async def publish(desk: Desk, person: Person, home: Home, page: Page, *, wanted: int, is_awaited: bool) -> None:
    """Have it sent, unless it shows what the last one did; what has changed meanwhile is for the next one.

    Args:
        wanted: how much was wanted when the page was built.
        is_awaited: the person has just opened it or pressed something there.
    """
    payload = page.model_dump_json()
    digest = hashlib.sha256(payload.encode()).hexdigest()
    home.not_before = desk.now + APART
    if digest != home.shown:
        home.shown = digest
        row = notify.outgoing(
            desk,
            key=f"{desk.key}:home",
            kind=outbox.PUBLISH if is_awaited else outbox.REFRESH,
            lane=f"home:{person.slack_id}",
            channel_id=person.slack_id,
            payload=payload,
        )
        await outbox.publish(desk.tx, row)
    if home.asked > wanted:
        return  # somebody has pressed something there, and has a job of their own
    home.due_at = None
    if home.wanted > wanted:
        await _ask_for(desk, home, at=home.not_before, is_awaited=False)


def answers(home: Home, now: datetime) -> list[Message]:
    """What it says of the latest presses, while that is news."""
    since = now - ANSWER_LASTS
    return [Message.model_validate(one["message"]) for one in home.said if datetime.fromisoformat(one["at"]) >= since]


async def _own(desk: Desk) -> Home:
    home = await homes.of_person(desk.tx, desk.asker.person_id)
    if home is None:
        home = Home(
            workspace_id=desk.workspace_id,
            person_id=desk.asker.person_id,
            opened_at=desk.now,
            not_before=desk.now,
        )
        desk.tx.add(home)
    return home


async def _ask_for(desk: Desk, home: Home, *, at: datetime, is_awaited: bool) -> None:
    """One job for one moment; what was asked for before finds nothing left to do."""
    home.due_at, home.wanted = at, home.wanted + 1
    home.asked = home.wanted
    await desk.tx.flush()
    job = Job(
        workspace_id=desk.workspace_id,
        kind=JOB,
        args={"person_id": home.person_id, "is_awaited": is_awaited},
        key=f"{JOB}:{home.person_id}",
        dedupe_key=f"{JOB}:{home.person_id}:{home.wanted}",
        priority=queue.INTERACTIVE,
        not_before=at,
        created_at=desk.now,
        correlation_id=desk.correlation_id,
        parent_id=desk.job.id if desk.job else None,
    )
    await queue.put(desk.tx, job)
