"""`show CH-1`: everything about one ticket, for the asker alone."""

from agent.cards.card import card
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.notices import notify
from agent.status_words import words
from bot.messages import Message, cut, escape, moment
from prompts.words import fixed, say
from storage import comments, people

SHOWN = 5  # comments
LONGEST = 1500


async def show(desk: Desk, said: Said) -> Reply:
    """The card, the description and the last comments."""
    ticket = said.the_ticket
    shown = await card(desk, ticket)
    reporter = await people.get(desk.tx, ticket.reporter_id) if ticket.reporter_id else None
    text = await desk.read_out(ticket.description)
    body = escape(cut(text, LONGEST))
    said_on_it = [comment for comment in await comments.of_ticket(desk.tx, ticket.id) if not comment.deleted_at]
    last = said_on_it[-SHOWN:]
    said_lines = [f"• {escape((await desk.read_out(comment.text))[:300])}" for comment in last]
    reported = say("Reported {at}", at=moment(ticket.created_at))
    if reporter:
        reported = say("Reported by @{who} {at}", who=escape(reporter.name), at=moment(ticket.created_at))
    message = Message(
        text=f"{notify.headline(ticket)} ({words(ticket.status)})",
        title=shown.title,
        colour=shown.colour,
        facts=shown.facts,
        body="\n".join([body, *said_lines]),
        notes=(reported, *shown.notes),
        rows=shown.rows,
    )
    return Reply(message=message, is_private=True)


VERB = Verb(
    name="show",
    takes=(Slot.TICKET,),
    summary=fixed("show one ticket with its description and comments"),
    example="show CH-1",
    another="info CH-1",
    action="see",
    act=show,
    also=("view", "info"),
    german=("zeige",),
    no_inverse="it changes nothing",
)
