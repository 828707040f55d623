"""The button "Not the same": two tickets look alike but are about different things, and no card asks again."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.notices import notify
from agent.tickets import merging
from agent.tickets.transition import by
from bot.errors import UserError
from prompts.words import fixed, phrase, say
from storage import duplicates


async def not_same(desk: Desk, said: Said) -> Reply:
    ticket, other = said.the_ticket, said.other
    if other is None or other.id == ticket.id:
        raise UserError(say("Name two tickets, as in `not-same CH-2 of CH-1`."))
    await duplicates.tell_apart(desk.tx, ticket, other, by=desk.asker.person_id, now=desk.now)
    desk.audit("not same", "ticket", ticket.id, before={}, after={"other": other.id})
    name = merging.named(other, beside=ticket)
    change = phrase("told apart from {ticket} by {who}", ticket=name, who=by(desk))
    await notify.show_card(desk, ticket, change=await as_kept(desk, ticket, change))
    noted = say("Noted: {ticket} and {other} are not the same.", ticket=ticket.name, other=name)
    return text_reply(noted, shown_by=ticket)


VERB = Verb(
    name="not-same",
    takes=(Slot.TICKET, Slot.OTHER),
    summary=fixed("say that two tickets which look alike are not the same"),
    example="not-same CH-1 of CH-2",
    another="not-same CH-1 CH-2",
    action="comment",
    act=not_same,
    inverse="dup",
    is_for_buttons=True,
)
