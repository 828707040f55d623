"""The button "Separate ticket": a report that was taken for a repetition gets a ticket of its own."""

from dataclasses import replace

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.report import open_ticket
from agent.transition import by
from bot.errors import UserError
from bot.messages import Message
from storage import people, thread_links, tickets


async def separate(desk: Desk, said: Said) -> Reply:
    """Make a ticket of a comment, in the comment's own thread."""
    comment = await tickets.get_comment(desk.tx, int(said.text)) if said.text.isdigit() else None
    if comment is None or comment.channel_id is None or desk.place is None:
        raise UserError("That report has a ticket of its own already; `list` shows it.")
    first = await tickets.get(desk.tx, comment.ticket_id)
    if not await desk.sees(first):
        raise UserError("That report is not in a channel of yours.")
    author = await people.get(desk.tx, comment.author_id)
    if comment.message_ts:
        await thread_links.unlink(desk.tx, desk.workspace_id, comment.channel_id, comment.message_ts)
    place = replace(
        desk.place,
        channel_id=comment.channel_id,
        channel_name=first.channel_name,
        is_private=first.is_private,
        message_ts=comment.message_ts,
        thread_ts=comment.message_ts,
        root_text="",
    )
    ticket = await open_ticket(desk, comment.text, place)
    ticket.reporter_id = author.id
    await desk.tx.delete(comment)
    desk.audit("separate", "ticket", first.id, before={"comment": comment.id}, after={"ticket": ticket.id})
    ticket.fingerprint = ""  # a third report of these words belongs to the first ticket
    text = f"{ticket.name} is a ticket of its own, separated from {first.name} by {by(desk)}."
    return Reply(message=Message(text=text), settles=True)


VERB = Verb(
    name="separate",
    takes=(Slot.NUMBER,),
    summary="make a ticket of a report that was kept as a comment",
    example="separate 17",
    action="report",
    act=separate,
    is_for_buttons=True,
)
