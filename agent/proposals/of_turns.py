"""A write of the agent's that waits for approval: the line that would do it, as the one who asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from agent.assigning.at_work import not_at_work
from agent.channels.settings import home_team
from agent.desk import Desk
from agent.guardrails.links import Links, harmless, links_for
from agent.home import follow
from agent.kit.deed import Deed
from agent.kit.tool import Tool
from agent.language import of_asked, of_person, of_place
from agent.notices.post import say_in, say_where_asked
from agent.people.admit import actor_of
from agent.proposals.asking import ask_directly, is_insider
from agent.proposals.deciding import may_decide_own
from agent.proposals.editable import buttons
from agent.proposals.fields import change_of
from agent.proposals.proposal import fresh, keep_row, withdraw
from agent.proposals.sources import sources
from agent.turns.begin import place_of
from bot.messages import Message, by_name, cut, escape, link, mention, moment
from bot.redact import redact
from prompts.words import Phrase, fixed, say, speaking
from storage import people, proposals, tickets
from storage.people import Person
from storage.proposals import Proposal
from storage.turns import Turn

AGENT = "agent"  # the verb of such a proposal: its line holds the real one
DESTRUCTIVE_LASTS = timedelta(hours=1)
QUOTED = 200  # characters of the request


@dataclass(frozen=True, kw_only=True)
class Instead:
    """The one in whose place it is asked, why, and who edited that one, if somebody did."""

    old: Proposal
    why: Phrase
    edited_by: int | None = None


async def propose_for(
    desk: Desk,
    turn: Turn,
    *,
    tool: Tool,
    arguments: dict[str, Any],
    asks: str,
    would: Deed,
    ungrounded: Sequence[str],
    instead: Instead | None = None,
) -> Proposal:
    """Keep it, and ask in the thread of the request; asked again in the same turn it stays the same one.

    Args:
        arguments: what it is carried out by: `tool`, `line` and what was `given` for it, or `tool` and its `arguments`.
        asks: what it would do, to follow "asks to"; plain text.
    """
    if instead is None:
        for earlier in await proposals.open_of_turn(desk.tx, turn.id):
            if earlier.arguments == arguments:
                return earlier
    links = _links(desk, turn, arguments)
    proposal = await fresh(desk, AGENT, arguments, asks=escape(harmless(asks, links)), needs=tool.permission)
    proposal.turn_id, proposal.ungrounded, proposal.risk = turn.id, list(ungrounded), tool.risk
    proposal.before, proposal.after = would.before, would.after
    proposal.hidden_in = turn.channel_id if turn.place["is_private"] else None
    if instead:
        proposal.asker_id = instead.old.asker_id
        proposal.replaces, proposal.edited_by = instead.old.id, instead.edited_by
    if would.ticket_id and would.action != "report":  # what it would report is not there yet
        ticket = await tickets.get(desk.tx, would.ticket_id)
        proposal.ticket_id, proposal.version = ticket.id, ticket.version
    lasts = DESTRUCTIVE_LASTS if tool.risk == "destructive" else timedelta(hours=desk.settings.approval_hours)
    proposal.expires_at = desk.now + lasts
    await keep_row(desk, proposal)
    where = await (
        _ask_beside(desk, turn, proposal, would, instead, links)
        if instead
        else _ask(desk, turn, proposal, would, links)
    )
    proposal.told = [[_key(proposal), where], *await _ask_others(desk, turn, proposal, would, links)]
    await follow.touched(desk)
    return proposal


async def withdraw_all(desk: Desk, turn: Turn, who: Person) -> None:
    """Nobody needs to decide any more what a turn asks, since this person stopped it."""
    at = replace(desk, actor=await actor_of(desk.tx, who))
    for proposal in await proposals.open_of_turn(desk.tx, turn.id):
        await withdraw(at, proposal)


def _links(desk: Desk, turn: Turn, arguments: Mapping[str, Any]) -> Links:
    """Which links it may show: those of the request, and of what would be written on GitHub, where others are gone."""
    written = arguments.get("arguments", {}).values()
    return links_for(desk.settings, " ".join([turn.text, *map(str, written)]))


def _key(proposal: Proposal) -> str:
    """Of the message that asks."""
    return f"proposal:{proposal.id}:asked"


async def _ask(desk: Desk, turn: Turn, proposal: Proposal, would: Deed, links: Links) -> str:
    """Ask where it was asked for; the channel."""
    with speaking(await of_asked(desk)):
        message = Message(text=await _request(desk, turn, proposal, would, links), buttons=buttons(proposal))
    return await say_where_asked(desk, message, key=_key(proposal))


async def _ask_beside(desk: Desk, turn: Turn, proposal: Proposal, would: Deed, instead: Instead, links: Links) -> str:
    """Ask where the one was asked in whose place it stands; the channel."""
    _, channel_id = instead.old.told[0]
    with speaking(await of_place(desk, channel_id)):
        request = await _request(desk, turn, proposal, would, links)
        text = f"{request}\n{harmless(str(instead.why), links)}"
        message = Message(text=text, buttons=buttons(proposal))
    thread_ts = turn.thread_ts if channel_id == turn.channel_id else None
    await say_in(desk, channel_id, thread_ts, message, key=_key(proposal))
    return channel_id


async def _ask_others(desk: Desk, turn: Turn, proposal: Proposal, would: Deed, links: Links) -> list[list[str]]:
    """Where nobody else reads what was asked, and its asker may not approve it: each who can is asked directly, without
    the words of the request; the keys and channels."""
    if not _is_alone(turn) or may_decide_own(desk, proposal):
        return []
    told = []
    for one in await _others(desk, turn, proposal):
        with speaking(await of_person(desk, one.id)):
            can = say("You can approve it, and whoever could do it.")
            text = "\n".join(await _lines(desk, proposal, would, links, who=can))
            told.append(await ask_directly(desk, proposal, one, text, buttons=buttons(proposal)))
    return told


def _is_alone(turn: Turn) -> bool:
    """Whether its asker alone reads what is said where it was asked: a direct message, or a slash command."""
    place = place_of(turn)
    return place.is_dm or bool(place.reply_url)


async def _request(desk: Desk, turn: Turn, proposal: Proposal, would: Deed, links: Links) -> str:
    lines = await _lines(desk, proposal, would, links, who=await _who(desk, turn, proposal))
    return "\n".join(filter(None, [lines[0], await _why(desk, turn, links), *lines[1:]]))


async def _lines(desk: Desk, proposal: Proposal, would: Deed, links: Links, *, who: str) -> list[str]:
    """Who asks for what, what it would change, what nobody said, and until when it waits.

    Args:
        who: can approve it, as a sentence.
    """
    asker = escape((await people.get(desk.tx, proposal.asker_id)).name)
    first = say("*{proposal}*: @{asker} asks to `{said}`.", proposal=proposal.name, asker=asker, said=proposal.said)
    lines = [f"{first} {harmless(escape(would.why), links)}".strip()]
    lines += [harmless(line, links) for line in await change_of(desk, would)]
    if proposal.ungrounded:
        where = await sources(desk, proposal)
        names = ", ".join(f"`{name}`{f' ({where[name]})' if name in where else ''}" for name in proposal.ungrounded)
        lines.append(say("Nobody said this in so many words: {names}.", names=names))
    until = moment(proposal.expires_at)
    return [*lines, say("Nobody has approved it yet. {who} It waits until {until}.", who=who, until=until)]


async def _why(desk: Desk, turn: Turn, links: Links) -> str:
    """The request in whose course it is asked, in its first words, with the way to it; empty once it is deleted."""
    words = cut(" ".join(redact(await desk.read_out(turn.text)).split()), QUOTED)
    if not words:
        return ""
    there = turn.place.get("permalink")
    request = link(there, say("request")) if there else say("request")
    return say("Because of this {request}: “{words}”", request=request, words=harmless(escape(words), links))


async def _who(desk: Desk, turn: Turn, proposal: Proposal) -> str:
    """Who may approve it; only where the asker may not is somebody called."""
    if may_decide_own(desk, proposal):
        return say("You can approve it, and whoever could do it.")
    others = await _others(desk, turn, proposal)
    if not others:
        return say("An admin can approve it.")
    if _is_alone(turn):
        names = by_name((one.name for one in others), between=say(" or "))
        return say("{who} can approve it: it is shown to them in a direct message.", who=names)
    gone = await not_at_work(desk, others)
    if here := next((one for one in others if one.id not in gone), None):
        return say("{who} can approve it.", who=mention(here.slack_id))
    first = others[0]
    nobody = fixed("@{who} can approve it, but {why}.")  # nobody is called who is not at work
    return say(nobody, who=escape(first.name), why=gone[first.id])


async def _others(desk: Desk, turn: Turn, proposal: Proposal) -> list[Person]:
    """Who is in charge, may know of it and has not asked for it."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    team = None if ticket or desk.place is None else await home_team(desk, desk.place.channel_id)
    team_id = ticket.team_id if ticket else team.id if team else None
    others = [one for one in await people.in_charge(desk.tx, team_id) if one.id != proposal.asker_id]
    is_told = place_of(turn).is_dm  # only who decides, and of nothing but that
    others = [one for one in others if not one.is_outsider and (is_told or is_insider(desk, proposal, one.slack_id))]
    return [one for one in others if ticket is None or desk.may_see(one.slack_id, ticket)]
