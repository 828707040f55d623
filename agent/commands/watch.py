"""`watch CH-1`: one direct message for each change of its status, but for one's own; `unwatch` ends it."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from prompts.words import fixed, say
from storage import watches


async def watch(desk: Desk, said: Said) -> Reply:
    ticket, me = said.the_ticket, desk.asker.person_id
    if not await watches.add(desk.tx, desk.workspace_id, ticket.id, person_id=me, now=desk.now):
        return text_reply(say("You watch {ticket} already.", ticket=ticket.name), is_private=True)
    desk.audit("watch", "ticket", ticket.id, before={}, after={"person": me})
    text = say(
        "You watch {ticket}: I tell you when its status changes. `unwatch {ticket}` ends it.", ticket=ticket.name
    )
    return text_reply(text, is_private=True)


async def unwatch(desk: Desk, said: Said) -> Reply:
    ticket, me = said.the_ticket, desk.asker.person_id
    if not await watches.drop(desk.tx, ticket.id, person_id=me):
        return text_reply(say("You do not watch {ticket}.", ticket=ticket.name), is_private=True)
    desk.audit("unwatch", "ticket", ticket.id, before={"person": me}, after={})
    return text_reply(say("You no longer watch {ticket}.", ticket=ticket.name), is_private=True)


VERB = Verb(
    name="watch",
    takes=(Slot.TICKET,),
    summary=fixed("hear, in a direct message, when its status changes"),
    example="watch CH-1",
    another="follow CH-1",
    action="see",
    act=watch,
    also=("follow",),
    german=("beobachten",),
    inverse="unwatch",
)
BACK = Verb(
    name="unwatch",
    takes=(Slot.TICKET,),
    summary=fixed("hear of it no more"),
    example="unwatch CH-1",
    another="unfollow CH-1",
    action="see",
    act=unwatch,
    also=("unfollow",),
    german=("entfolgen",),
    inverse="watch",
)
