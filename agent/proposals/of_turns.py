"""A write of the agent's that waits for approval: the line that would do it, as the one who asked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from agent.desk import Desk
from agent.guardrails.links import Links, harmless, links_for
from agent.kit.deed import Deed
from agent.kit.tool import Tool
from agent.language import of_asked
from agent.notices.post import say_where_asked
from agent.proposals.deciding import may_decide_own
from agent.proposals.proposal import fresh, keep_row
from bot.messages import Button, Message, escape, mention, moment
from prompts.words import fixed, say, speaking
from storage import people, proposals, tickets
from storage.proposals import Proposal
from storage.turns import Turn

AGENT = "agent"  # the verb of such a proposal: its line holds the real one
DESTRUCTIVE_LASTS = timedelta(hours=1)
SHOWN_FIELDS = 6
SHOWN_VALUE = 200  # characters


async def propose_for(
    desk: Desk,
    turn: Turn,
    *,
    tool: Tool,
    arguments: dict[str, Any],
    asks: str,
    would: Deed,
    ungrounded: Sequence[str],
) -> Proposal:
    """Keep it, and ask in the thread of the request; asked again in the same turn it stays the same one.

    Args:
        arguments: what it is carried out by: `tool` and `line`, or `tool` and its `arguments`.
        asks: what it would do, to follow "asks to"; plain text.
    """
    for earlier in await proposals.open_of_turn(desk.tx, turn.id):
        if earlier.arguments == arguments:
            return earlier
    links = links_for(desk.settings, turn.text)
    said = escape(harmless(asks, links))
    proposal = await fresh(desk, AGENT, arguments, asks=said, needs=tool.permission)
    proposal.turn_id, proposal.ungrounded, proposal.risk = turn.id, list(ungrounded), tool.risk
    proposal.before, proposal.after = would.before, would.after
    proposal.hidden_in = turn.channel_id if turn.place["is_private"] else None
    if would.ticket_id and would.action != "report":  # what it would report is not there yet
        ticket = await tickets.get(desk.tx, would.ticket_id)
        proposal.ticket_id, proposal.version = ticket.id, ticket.version
    lasts = DESTRUCTIVE_LASTS if tool.risk == "destructive" else timedelta(hours=desk.settings.approval_hours)
    proposal.expires_at = desk.now + lasts
    await keep_row(desk, proposal)
    await _ask(desk, proposal, would, links)
    return proposal


async def _ask(desk: Desk, proposal: Proposal, would: Deed, links: Links) -> None:
    key = f"proposal:{proposal.id}:asked"
    with speaking(await of_asked(desk)):
        message = Message(text=await _request(desk, proposal, would, links), buttons=_buttons(proposal))
    proposal.told = [[key, await say_where_asked(desk, message, key=key)]]


async def _request(desk: Desk, proposal: Proposal, would: Deed, links: Links) -> str:
    asker = escape(desk.asker.name)
    lines = [say("*{proposal}*: @{asker} asks to `{said}`.", proposal=proposal.name, asker=asker, said=proposal.said)]
    lines += [harmless(f"> {line}", links) for line in would.words.splitlines() if line.strip()]
    lines += [harmless(line, links) for line in _fields(would)]
    if proposal.ungrounded:
        names = ", ".join(f"`{name}`" for name in proposal.ungrounded)
        lines.append(say("Nobody said this in so many words: {names}.", names=names))
    until = moment(proposal.expires_at)
    lines.append(
        say("Nobody has approved it yet. {who} It waits until {until}.", who=await _who(desk, proposal), until=until)
    )
    return "\n".join(lines)


def _fields(would: Deed) -> list[str]:
    """Each field before and after, as far as people can read it."""
    shown = [name for name in would.after if name in would.before and would.before[name] != would.after[name]]
    text = fixed("• {field}: {before} → {after}")
    return [
        say(text, field=name.replace("_", " "), before=_value(would.before[name]), after=_value(would.after[name]))
        for name in shown[:SHOWN_FIELDS]
    ]


def _value(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return escape(text[:SHOWN_VALUE]) or "–"


async def _who(desk: Desk, proposal: Proposal) -> str:
    """Who may approve it; only where the asker may not is somebody called."""
    if may_decide_own(desk, proposal):
        return say("You can approve it, and whoever could do it.")
    team_id = (await tickets.get(desk.tx, proposal.ticket_id)).team_id if proposal.ticket_id else None
    others = [one for one in await people.in_charge(desk.tx, team_id) if one.id != proposal.asker_id]
    if not others:
        return say("An admin can approve it.")
    return say("{who} can approve it.", who=mention(others[0].slack_id))


def _buttons(proposal: Proposal) -> tuple[Button, ...]:
    return (
        Button(label=say("Approve"), action="approve", value=proposal.name, style="primary"),
        Button(label=say("Deny…"), action="form:deny", value=proposal.name),
    )
