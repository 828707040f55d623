"""The button "Separate ticket": a report that was taken for a repetition gets a ticket of its own."""

import re
from dataclasses import replace

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.reports.report import CONTEXT, open_ticket
from agent.tickets.transition import by
from bot.errors import Stray, UserError
from bot.messages import Message
from prompts.words import fixed, say
from storage import comments, thread_links, thread_messages, tickets
from storage.comments import Comment
from storage.tickets import Ticket


async def separate(desk: Desk, said: Said) -> Reply:
    """Make a ticket of a comment, in the thread that the repeated report opened; as its author would have, then."""
    comment, first = await _repetition(desk, said.text)
    assert desk.place is not None
    assert comment.channel_id is not None
    place = replace(
        desk.place,
        channel_id=comment.channel_id,
        channel_name=first.channel_name,
        is_private=first.is_private,
        is_dm=False,
        message_ts=comment.message_ts,
        thread_ts=await _take_thread(desk, comment, first),
        permalink=None,  # that of the report is asked for with the triage
        root_text=first.description.partition(CONTEXT)[2],  # a repetition has the same words, those of its thread too
    )
    ticket = await open_ticket(desk, comment.text, place)
    ticket.reporter_id, ticket.created_at = comment.author_id, comment.created_at
    await thread_messages.untie(desk.tx, comment)
    await desk.tx.delete(comment)
    desk.audit("separate", "ticket", first.id, before={"comment": comment.id}, after={"ticket": ticket.id})
    ticket.fingerprint = ""  # a third report of these words belongs to the first ticket
    text = fixed("{ticket} is a ticket of its own, separated from {first} by {who}.")
    told = say(text, ticket=ticket.name, first=first.name, who=by(desk))
    return Reply(message=Message(text=told), settles=True)


async def _repetition(desk: Desk, number: str) -> tuple[Comment, Ticket]:
    """The report that was taken for a repetition, and the ticket that it joined.

    Raises:
        UserError: it is none. Stray: it is none any more. Refused: it is not the asker's, and they may not comment
            there either.
    """
    comment = await comments.get(desk.tx, int(number)) if re.fullmatch(r"[0-9]{1,9}", number) else None
    first = await tickets.get(desk.tx, comment.ticket_id) if comment else None
    if comment is None or first is None or not await desk.sees(first):
        raise Stray(say("That report has a ticket of its own already; `list` shows it."))
    is_repetition = comment.is_report or desk.surface == "button"  # those from before `is_report` was kept have one too
    if not is_repetition or comment.channel_id is None or desk.place is None:
        raise UserError(say("Only a report that was taken for a repetition can be separated; that is a remark."))
    if comment.author_id != desk.asker.person_id:
        await desk.check("comment", first, doing=say("separate a report from {first}", first=first.name))
    return comment, first


async def _take_thread(desk: Desk, comment: Comment, first: Ticket) -> str | None:
    """The thread under the comment's own message, if it leads to the first ticket; else the card opens one."""
    if comment.channel_id is None or comment.message_ts is None:
        return None
    at = desk.workspace_id, comment.channel_id, comment.message_ts
    if await thread_links.ticket_of(desk.tx, *at) != first.id:
        return None
    await thread_links.unlink(desk.tx, *at)
    return comment.message_ts


VERB = Verb(
    name="separate",
    takes=(Slot.NUMBER,),
    summary=fixed("make a ticket of a report that was kept as a comment"),
    example="separate 17",
    another="separate 18",
    action="report",
    act=separate,
    no_inverse="the new ticket is closed like any other",
    is_for_buttons=True,
)
