"""Where only responders' reports are tracked at once, anyone else's is kept until a manager approves it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from agent.channels.settings import home_team
from agent.desk import Desk
from agent.language import of_channel
from agent.people.admit import actor_of
from agent.proposals import asking
from agent.proposals.proposal import fresh, keep
from agent.reply import Reply, text_reply
from agent.reports.direct import belongs, clear_team, open_for
from agent.reports.filled import Filled, listed, open_filled
from agent.reports.named_team import NAMED, named_team
from agent.reports.report import open_ticket, was_deleted
from bot.access import Target, can
from bot.errors import UserError
from bot.events import Place
from bot.messages import escape
from prompts.words import Phrase, fixed, say, speaking
from storage import people, proposals, thread_links, tickets
from storage.people import Team
from storage.proposals import Proposal
from storage.tickets import Ticket

REPORT = "report"  # the verb


def must_ask(desk: Desk) -> bool:
    """Whether the asker's reports wait for approval (CHARGEHAND_REPORTERS)."""
    return desk.settings.reporters == "responders" and not can(desk.asker, "track", Target())


async def hold(desk: Desk, text: str, place: Place, *, team: Team | None = None, filled: Filled | None = None) -> Reply:
    """Keep it, have the managers of the team that it names, or of the channel's, asked, and say who decides.

    Args:
        filled: what a form says besides.
    """
    team = team or await home_team(desk, place.channel_id)
    said = {"text": text, "filled": asdict(filled)} if filled else {"text": text}
    proposal = await _held_already(desk, said, place) or await _keep(desk, said, place, team)
    who = await asking.names_of_deciders(desk, proposal) or say("an admin")
    kept = fixed("Your report is kept as {proposal}; it becomes a ticket when {who} approves it.")
    return text_reply(say(kept, proposal=proposal.name, who=who))


async def _held_already(desk: Desk, said: Mapping[str, Any], place: Place) -> Proposal | None:
    """The one that says the same in the same channel, by the same person."""
    for earlier in await proposals.open_of(desk.tx, verb=REPORT, ticket_id=None):
        same_words = {name: value for name, value in earlier.arguments.items() if name != "place"} == said
        is_same = same_words and _place(earlier).channel_id == place.channel_id
        if is_same and earlier.asker_id == desk.asker.person_id:
            return earlier
    return None


async def _keep(desk: Desk, said: Mapping[str, Any], place: Place, team: Team | None) -> Proposal:
    arguments = {**said, "place": asdict(replace(place, reply_url=None))}
    asks = await _asks(desk, arguments)
    proposal = await fresh(desk, REPORT, arguments, asks=asks, needs="organise")
    proposal.team_id = team.id if team else None
    proposal.hidden_in = place.channel_id if place.is_private and not place.is_dm else None
    await keep(desk, proposal)
    return proposal


async def _asks(desk: Desk, arguments: Mapping[str, Any]) -> str:
    place = Place(**arguments["place"])
    quoted = escape(await desk.read_out(arguments["text"] or place.root_text))
    with speaking(await of_channel(desk, place.channel_id)):
        where = say("a direct message") if place.is_dm else f"<#{place.channel_id}>"
        said = say("report in {where}: “{quoted}”", where=where, quoted=quoted)
        fields = await listed(desk, Filled(**arguments["filled"])) if "filled" in arguments else ""
    return f"{said} ({fields})" if fields else said


def _place(proposal: Proposal) -> Place:
    return Place(**proposal.arguments["place"])


def _filled(proposal: Proposal) -> Filled | None:
    return Filled(**proposal.arguments["filled"]) if "filled" in proposal.arguments else None


def _message(proposal: Proposal) -> tuple[str, str | None]:
    """The message that it is made of: its channel and timestamp."""
    place, filled = _place(proposal), _filled(proposal)
    if filled and filled.origin_ts:
        return filled.origin_channel_id or "", filled.origin_ts
    return place.channel_id, place.message_ts


async def edit_held(desk: Desk, channel_id: str, ts: str, text: str) -> bool:
    """The author rewrote a report that waits: those who decide read the new words; False when none waits."""
    for held in await proposals.open_of(desk.tx, verb=REPORT, ticket_id=None):
        if _message(held) == (channel_id, ts):
            before, held.arguments = held.arguments["text"], held.arguments | {"text": text}
            held.said = await _asks(desk, held.arguments)
            desk.audit("edit", "proposal", held.id, before={"text": before}, after={"text": text})
            await asking.reword(desk, held)
            return True
    return False


async def follow_channel(desk: Desk, channel_id: str, *, is_private: bool) -> None:
    """A channel became private, or public again: so do the reports that were made in it and wait."""
    for held in await proposals.open_of(desk.tx, verb=REPORT, ticket_id=None):
        place = _place(held)
        if place.channel_id == channel_id and not place.is_dm and place.is_private != is_private:
            held.arguments = held.arguments | {"place": asdict(replace(place, is_private=is_private))}
            held.hidden_in = channel_id if is_private else None


async def track_held(desk: Desk, proposal: Proposal) -> Reply:
    """It was approved: a ticket of who reported it, in its own thread, from the moment when it was said.

    Raises:
        UserError: its message is gone, or its thread has a ticket by now.
    """
    place = _place(proposal)
    await _require_there(desk, proposal, place)
    asker = await people.get(desk.tx, proposal.asker_id)
    theirs = replace(desk, actor=await actor_of(desk.tx, asker), place=place)
    if filled := _filled(proposal):
        at = place if place.message_ts else replace(place, is_private=True)  # until triage has looked there
        ticket = await open_filled(theirs, str(proposal.arguments["text"]), at, filled)
    else:
        ticket = await _open_said(theirs, proposal, place)
    ticket.created_at = proposal.created_at
    return text_reply(say("{ticket} is tracked.", ticket=ticket.name))


async def _open_said(theirs: Desk, proposal: Proposal, place: Place) -> Ticket:
    """What was said in words: its team is the one that it names or is plainly for."""
    team, text = await named_team(theirs, str(proposal.arguments["text"]))
    source: Phrase | str = NAMED
    if place.is_dm and team is None:
        team, source = await clear_team(theirs, text, await people.teams(theirs.tx))
    if place.is_dm:
        return await open_for(theirs, text, team, source=source)
    ticket = await open_ticket(theirs, text, place)
    await belongs(theirs, ticket, team, source=source)
    return ticket


async def _require_there(desk: Desk, proposal: Proposal, place: Place) -> None:
    if place.message_ts and await was_deleted(desk, place.channel_id, place.message_ts):
        deleted = fixed("That report was deleted in Slack; `deny {proposal} …` with a reason ends it.")
        raise UserError(say(deleted, proposal=proposal.name))
    channel_id, ts = _message(proposal)
    if ts and (known := await tickets.by_message(desk.tx, channel_id, ts)):
        taken = fixed("That message is {ticket} by now; `deny {proposal} …` with a reason ends this one.")
        raise UserError(say(taken, ticket=known.name, proposal=proposal.name))
    if place.thread_ts and (
        ticket_id := await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    ):
        other = await tickets.get(desk.tx, ticket_id)
        taken = fixed("That thread has {ticket} by now; `deny {proposal} …` with a reason ends this one.")
        raise UserError(say(taken, ticket=other.name, proposal=proposal.name))
