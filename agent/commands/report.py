"""`report <text>`: what somebody says is wrong becomes a ticket; the same words again join the first one."""

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.notices import notify
from agent.reports.direct import belongs, hear_direct, track
from agent.reports.held import hold, must_ask, track_held
from agent.reports.named_team import NAMED, named_team
from agent.reports.report import add_comment, open_ticket, same_as, tracked, withdraw_button
from agent.turns.moving import link_thread
from bot.errors import UserError
from bot.events import Place
from bot.messages import Button, Message, linked
from prompts.words import fixed, say
from storage import thread_links
from storage.people import Team
from storage.tickets import Ticket


async def report(desk: Desk, said: Said) -> Reply:
    """Track it where it was said; the card, which comes with the triage, is the answer."""
    if desk.place is None:
        raise UserError(say("A report needs a channel it came from."))
    if said.proposal:
        return await track_held(desk, said.proposal)
    team, text = await named_team(desk, said.text)
    if must_ask(desk):
        return await hold(desk, said.text, desk.place, team=team)
    if desk.place.is_dm:
        return await (track(desk, text, team, source=NAMED) if team else hear_direct(desk, text))
    return await _track(desk, text, desk.place, team)


async def _track(desk: Desk, text: str, place: Place, team: Team | None) -> Reply:
    if first := await same_as(desk, text, place):
        return await _join(desk, first, text)
    ticket = await open_ticket(desk, text, place)
    if team:
        await belongs(desk, ticket, team, source=NAMED)
    undo = (withdraw_button(ticket),)
    if place.thread_ts:
        return Reply(message=tracked(ticket), seen_in=ticket)
    if not place.has_bot:
        no_card = fixed(
            "{ticket} is tracked, but I am not in this channel and cannot post its card."
            " `/invite @chargehand` changes that; `/chargehand show {number}` shows the ticket."
        )
        said = say(no_card, ticket=notify.headline(ticket), number=ticket.name)
        return Reply(message=Message(text=said, buttons=undo), is_private=True)
    said = say("{ticket} is tracked; its card follows here.", ticket=notify.headline(ticket))
    return Reply(message=Message(text=said, buttons=undo), is_private=True)


async def _join(desk: Desk, first: Ticket, text: str) -> Reply:
    place = desk.place
    assert place is not None  # report() has one
    comment = await add_comment(desk, first, text, place, is_report=True)
    if place.thread_ts and not await thread_links.ticket_of(
        desk.tx, desk.workspace_id, place.channel_id, place.thread_ts
    ):
        await link_thread(desk, place.channel_id, place.thread_ts, ticket_id=first.id)
    where = linked(first.name, first.permalink)
    message = Message(
        text=say("The same was reported as {where} a moment ago, so this is kept as a comment there.", where=where),
        buttons=(Button(label=say("Separate ticket"), action="separate", value=str(comment.id)),),
    )
    return Reply(message=message)


VERB = Verb(
    name="report",
    takes=(Slot.TEXT,),
    summary=fixed("track a problem as a ticket"),
    example="report redis is down, payments fail for everyone",
    another="new for Payments: refunds are stuck",
    action="report",
    act=report,
    also=("new", "create", "open", "track"),
    german=("melde",),
    inverse="withdraw",
)
