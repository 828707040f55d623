"""A report becomes a tracked ticket at once; triage, assignment and the card follow as a job."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import CALL
from agent.sla.clocks import acknowledge, is_unseen
from agent.status_words import words
from agent.tickets import merging
from agent.tickets.activity import touched
from agent.tickets.transition import by
from agent.triage.rules import title_of
from agent.triage.schema import Report
from agent.turns.moving import link_thread
from bot.events import Place
from bot.messages import Button, Message, escape, linked, plain
from bot.replies import FILES, SINCE
from prompts.words import fixed, phrase, say, speaking
from storage import inbox, queue, sla, thread_links, thread_messages, tickets
from storage.comments import Comment
from storage.people import Person
from storage.tickets import Ticket

TRIAGE = "triage"
STILL_OPEN_TO_WORDS = timedelta(days=14)  # after the end
QUOTED = 300  # characters
CONTEXT = "\n\nThe thread began with: "


def fingerprint(text: str, place: Place) -> str:
    """The same for two reports that say the same words; "track this" says something else in each thread."""
    said = f"{text} {place.root_text}"
    found = re.findall(r"\w+", plain(said).casefold()) or [said.strip()]
    return hashlib.sha256(" ".join(found).encode()).hexdigest()[:32]


async def open_ticket(desk: Desk, text: str, place: Place, *, chosen: Mapping[str, Any] | None = None) -> Ticket:
    """Track a report and ask for its triage, in the caller's transaction.

    Args:
        chosen: fields that whoever reports it has chosen, and triage is to leave alone.
    """
    if place.thread_ts and await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts):
        place = replace(place, thread_ts=None, root_text="")  # another one has the thread, as of a line before
    root = await desk.read_out(place.root_text)
    ticket = Ticket(
        workspace_id=desk.workspace_id,
        enterprise_id=desk.enterprise_id,
        number=await tickets.next_number(desk.tx, desk.workspace_id),
        description=f"{text}{CONTEXT}{place.root_text}" if root else text,
        fingerprint=fingerprint(text, place),
        reporter_id=desk.asker.person_id,
        source="slack",
        channel_id=place.channel_id,
        channel_name=place.channel_name,
        is_private=place.is_private and not place.is_dm,
        thread_ts=place.thread_ts,
        message_ts=place.message_ts,
        permalink=place.permalink,
        created_at=desk.now,
        chosen=sorted(chosen or {}),
        **{"title": title_of(await desk.read_out(text) if text else root), **(chosen or {})},
    )
    desk.tx.add(ticket)
    await desk.tx.flush()
    if place.thread_ts:
        await link_thread(desk, place.channel_id, place.thread_ts, ticket_id=ticket.id)
    desk.audit("report", "ticket", ticket.id, before={}, after={"number": ticket.number, "title": ticket.title})
    await ask_for_triage(desk, ticket)
    return ticket


def tracked(ticket: Ticket) -> Message:
    """That it is, by its number, which leads to the report, and its title, with the button that takes it back."""
    named = f"*{linked(ticket.name, ticket.permalink)}* {escape(ticket.title)}"
    return Message(text=say("{ticket} is tracked.", ticket=named), buttons=(withdraw_button(ticket),))


def withdraw_button(ticket: Ticket) -> Button:
    """Who reported it says that it is none; unless they may close tickets, a manager agrees."""
    return Button(label=say("Undo"), action="withdraw", value=ticket.named_version)


async def to_judge(desk: Desk, ticket: Ticket) -> Report:
    """What triage reads: the report, and apart from it the message that its thread began with."""
    said, _, context = ticket.description.partition(CONTEXT)
    first = context.partition(SINCE)[0]
    return Report(text=await desk.read_out(said), context=await desk.read_out(first))


async def ask_for_triage(desk: Desk, ticket: Ticket) -> None:
    """Have a new ticket judged, assigned and shown."""
    args = {"ticket_id": ticket.id, "reply_url": desk.place.reply_url if desk.place else None}
    args |= {"is_silent": True} if desk.is_silent else {}
    about = {"key": f"ticket:{ticket.id}", "dedupe_key": f"{TRIAGE}:{ticket.id}"}
    await desk.put(TRIAGE, args, **about, priority=queue.INTERACTIVE)


async def same_as(desk: Desk, text: str, place: Place) -> Ticket | None:
    """The open ticket of the same words in this channel within the last minutes (a setting)."""
    since = desk.now - timedelta(minutes=desk.settings.duplicate_minutes)
    return await tickets.same_report(desk.tx, place.channel_id, fingerprint(text, place), since=since)


def rewritten(before: str, text: str) -> str:
    """A report or remark in other words: its files, and what its thread said before it, stay behind them."""
    kept = [before.index(marker) for marker in (FILES, CONTEXT) if marker in before]
    return text + before[min(kept, default=len(before)) :]


async def add_comment(desk: Desk, ticket: Ticket, text: str, place: Place, *, is_report: bool = False) -> Comment:
    """Keep a remark on a ticket; one Slack message makes one.

    Args:
        is_report: it reports the same, and may be separated again.
    """
    comment = Comment(
        workspace_id=desk.workspace_id,
        ticket_id=ticket.id,
        author_id=desk.asker.person_id,
        text=text,
        channel_id=place.channel_id,
        message_ts=place.message_ts,
        created_at=desk.now,
        is_report=is_report,
    )
    desk.tx.add(comment)
    await desk.tx.flush()
    if place.message_ts:
        said = (desk.workspace_id, place.channel_id, place.message_ts)
        await thread_messages.tie(desk.tx, *said, comment_id=comment.id)
    desk.audit("comment", "ticket", ticket.id, before={}, after={"comment": comment.id})
    await touched(desk, ticket)
    if is_unseen(ticket, await sla.clocks(desk.tx, ticket.id)):
        await _see(desk, ticket)
    await _hear_after_the_end(desk, ticket, text)
    return comment


async def _hear_after_the_end(desk: Desk, ticket: Ticket, remark: str) -> None:
    """Whoever had a ticket last hears, once, that its reporter, or a duplicate's, still has something to say; the card
    has Reopen."""
    *_, end = await merging.chain(desk.tx, ticket)
    if end.resolved_at is None or desk.now - end.resolved_at > STILL_OPEN_TO_WORDS:
        return
    person = await tickets.last_assignee(desk.tx, end.id)
    if person is None or not person.is_active or not all(desk.may_see(person.slack_id, one) for one in (ticket, end)):
        return
    theirs = await _reported(desk, end, person)
    if theirs is None:
        return
    quoted = escape((await desk.read_out(remark))[:QUOTED])
    key = f"after:{end.id}:{person.id}:{end.resolved_at.isoformat()}"
    slots = {"ticket": notify.headline(end), "status": words(end.status), "quoted": quoted}
    with speaking(await of_person(desk, person.id)):
        told = fixed("{who}, who reported {ticket}, wrote after it was {status}: “{quoted}”.")
        if theirs is not end:
            slots["own"] = theirs.name
            told = fixed(
                "{who}, who reported {own}, a duplicate of {ticket}, wrote after that was {status}: “{quoted}”."
            )
        reopen = Button(label=say("Reopen…"), action="form:reopen", value=end.named_version)
        await notify.tell(desk, end, person, say(told, who=by(desk), **slots), key=key, sort=CALL, buttons=(reopen,))


async def _reported(desk: Desk, end: Ticket, person: Person) -> Ticket | None:
    """What the asker reported of a ticket and its duplicates, of which somebody may know."""
    for one in (end, *await merging.all_of(desk.tx, end)):
        if one.reporter_id == desk.asker.person_id and desk.may_see(person.slack_id, one):
            return one
    return None


async def _see(desk: Desk, ticket: Ticket) -> None:
    """An assignee who writes on a ticket has seen it."""
    if desk.asker.person_id in {person.id for person in await tickets.assignees(desk.tx, ticket.id)}:
        await acknowledge(desk, ticket)
        await notify.show_card(desk, ticket, change=phrase("acknowledged by {who}", who=by(desk)))


async def was_deleted(desk: Desk, channel_id: str, ts: str) -> bool:
    """Whether the message is gone already; then nothing is made of it."""
    return await inbox.is_claimed(desk.tx, inbox.deleted_claim(channel_id, ts))
