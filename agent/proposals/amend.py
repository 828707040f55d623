"""Edit: whoever may approve a proposal of the agent's may change what it says; a new one then stands in its place."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.desk import Desk
from agent.kit import outside
from agent.kit.arguments import completed
from agent.kit.deed import Deed
from agent.kit.executor import try_out
from agent.kit.tool import Tool
from agent.kit.wording import as_written
from agent.people.admit import actor_of
from agent.proposals import asking, editable, proposal
from agent.proposals.deciding import check_decides, require_open
from agent.proposals.editable import AMEND
from agent.proposals.of_turns import Instead, propose_for
from agent.proposals.places import check_pressed
from agent.reply import Reply, text_reply
from agent.tickets.transition import by
from agent.turns.begin import place_of
from bot.errors import Stray, UserError
from bot.forms import Form
from prompts.words import fixed, phrase, say
from storage import people, proposals, tickets, turns
from storage.database import Tx
from storage.parts import part
from storage.proposals import OPEN, SUPERSEDED, Proposal
from storage.turns import Turn

_NAMED = re.compile(r"P-(\d{1,9})")
NOTHING_TO_EDIT = fixed("{proposal} has nothing that can be edited. Deny it, and ask for what you want instead.")


async def form(desk: Desk, value: str, *, about: Mapping[str, str | None]) -> Form:
    """The form with what it says today, for who may decide it.

    Raises:
        Stray: it is decided, or none of theirs. Refused: they may not decide it.
    """
    found = await _named(desk, value)
    asker = await people.get(desk.tx, found.asker_id)
    return Form(
        verb=AMEND,
        title=say("Edit {proposal}", proposal=found.name),
        submit=say("Save"),
        fields=await editable.fields(desk, found, me=asker.slack_id),
        about=about,
    )


async def room_of(tx: Tx, workspace_id: str, value: str) -> str | None:
    """The private channel whose members alone may know of a proposal; None: there is none, or it is for everybody."""
    number = _NAMED.fullmatch(value)
    found = await proposals.by_number(tx, workspace_id, int(number[1])) if number else None
    if found is None or found.hidden_in:
        return found.hidden_in if found else None
    ticket = await tickets.get(tx, found.ticket_id) if found.ticket_id else None
    return ticket.channel_id if ticket and ticket.is_private else None


async def problems(desk: Desk, value: str, given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the answers, by field; nothing where nobody knows yet who fills it in."""
    if desk.actor is None:
        return {}
    return editable.problems(await _named(desk, value), given)


async def save(desk: Desk, value: str, given: Mapping[str, str]) -> Reply:
    """Ask for what it says now; the one before is void, with all its buttons.

    Raises:
        UserError: it cannot be done like that, or was decided meanwhile. Refused: they may not decide it.
    """
    old = await _named(desk, value)
    tool = editable.tool_of(old)
    if tool is None or old.turn_id is None:
        raise Stray(say(NOTHING_TO_EDIT, proposal=old.name))
    turn, asker = await turns.get(desk.tx, old.turn_id), await people.get(desk.tx, old.asker_id)
    shown = await editable.fields(desk, old, me=asker.slack_id)
    changed = editable.amended(old, given, {field.name: field.initial for field in shown})
    if not changed:
        return text_reply(say("{proposal} says that already.", proposal=old.name), is_private=True)
    if wrong := editable.problems(old, given):
        raise UserError(" ".join(wrong.values()))
    as_asker = replace(desk, actor=await actor_of(desk.tx, asker), surface="agent", place=place_of(turn))
    changed = await as_written(as_asker, tool, changed, asked=" ".join([turn.text, *map(str, changed.values())]))
    new = await _asked(desk, as_asker, turn, tool, old, changed)
    return text_reply(say("{proposal} waits for approval now.", proposal=new.name), is_private=True)


async def _asked(
    desk: Desk, as_asker: Desk, turn: Turn, tool: Tool, old: Proposal, changed: Mapping[str, Any]
) -> Proposal:
    arguments = editable.given(old) | dict(changed)
    async with part(desk.tx):
        stored, asks, would = await _tried(as_asker, tool, old, arguments)
    editor = desk.asker.person_id
    old.state, old.decided_by, old.decided_at = SUPERSEDED, editor, desk.now
    was = {name: value for name, value in editable.given(old).items() if name in changed}
    desk.audit("edit", "proposal", old.id, before=was, after=dict(changed))
    await proposal.expires_no_more(desk, old)
    new = await propose_for(
        desk,
        turn,
        tool=tool,
        arguments=stored,
        asks=asks,
        would=would,
        ungrounded=[name for name in old.ungrounded if name.split(" ")[0] not in changed],
        instead=Instead(
            old=old,
            why=phrase("{who} edited it: it stands in the place of {proposal}.", who=by(desk), proposal=old.name),
            edited_by=editor,
        ),
    )
    how = phrase("edited by {who}, and void; {proposal} stands in its place", who=by(desk), proposal=new.name)
    await asking.rewrite(desk, old, how)
    return new


async def _tried(
    as_asker: Desk, tool: Tool, old: Proposal, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], str, Deed]:
    """What is stored of it, what it would do in words, and what that would change: as the one who asked.

    Raises:
        UserError: it cannot be done like that.
    """
    if tool.is_outside:
        found = await outside.prepare(as_asker, tool, arguments, ticket_id=old.arguments["ticket_id"])
        would = outside.would(outside.seen(found, old.before))
        return old.arguments | {"arguments": dict(found.arguments)}, found.effect.asks, would
    full = await completed(as_asker, tool, arguments, me=as_asker.asker.slack_id)
    line, would = await try_out(as_asker, tool, full)
    if not would.is_done:
        raise UserError(say("That would change nothing: {words}", words=would.words))
    return old.arguments | {"line": line, "given": full}, await as_asker.read_out(line), would


async def _named(desk: Desk, value: str) -> Proposal:
    """An open one of the agent's that whoever is at the desk may decide.

    Raises:
        Stray: there is none, it is decided, or its button is a copy. Refused: they may not.
    """
    number = _NAMED.fullmatch(value)
    found = await proposal.visible_proposal(desk, int(number[1]) if number else 0)
    await require_open(desk, found)
    await check_decides(desk, found)
    await check_pressed(desk, found)
    if found.state != OPEN or not editable.editable(found):
        raise Stray(say(NOTHING_TO_EDIT, proposal=found.name))
    return found
