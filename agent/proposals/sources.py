"""Where an argument comes from that its asker has not said: the first text that the model was shown and that has it."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from agent.desk import Desk
from agent.kit.arguments import grounds_of
from agent.memory.about import about_thread
from agent.memory.read import remembered
from agent.memory.snapshot import snapshot
from agent.proposals.editable import given, tool_of
from agent.turns.grounds import Words, ungrounded
from bot.messages import escape, plain
from prompts.words import fixed, say
from storage import people, turns
from storage.proposals import Proposal
from storage.turns import ToolCall, Turn

NOWHERE = fixed("found nowhere")
COMMENTS = "comments"  # the tool whose first line names the object, whatever it was asked of
OBJECT = re.compile(r"[\w.-]+/[\w.-]+#\d+")


@dataclass(frozen=True)
class Shown:
    """A text that the model was shown; `where` is what it is, to follow "from", safe to be posted."""

    where: str
    text: str


async def sources(desk: Desk, proposal: Proposal) -> dict[str, str]:
    """For each argument that nobody said, what it comes from, in the language that is spoken: "from issue …"."""
    tool = tool_of(proposal)
    if tool is None or proposal.turn_id is None:
        return {}
    turn = await turns.get(desk.tx, proposal.turn_id)
    wanted = await grounds_of(desk, tool, given(proposal), this="")
    found = {name: say(NOWHERE) for name in proposal.ungrounded if name in wanted}
    names = await people.names(desk.tx, desk.workspace_id)
    logins = await people.logins(desk.tx, desk.workspace_id)
    called = {slack_id: tuple(filter(None, (name, logins.get(slack_id)))) for slack_id, name in names.items()}
    left = set(found)
    async for shown in _shown(desk, turn, names):
        words = Words(texts=(shown.text,), people=called)
        for name in sorted(left):
            if not ungrounded({name: wanted[name]}, words):
                found[name] = say("from {where}", where=shown.where)
                left.remove(name)
        if not left:
            break
    return found


async def _shown(desk: Desk, turn: Turn, names: dict[str, str]) -> AsyncIterator[Shown]:
    """What people said in the thread, what it is about, and what tools found, in this order."""
    memory = await remembered(desk, turn.channel_id, turn.thread_ts or "", asked_ts=turn.message_ts or "")
    for said in memory.said:
        if said.kind != "own":
            who = escape(memory.voices.author(said))
            yield Shown(say("a message of {who} in this thread", who=who), plain(said.text, names))
    for one in await snapshot(desk, await about_thread(desk, turn.channel_id, turn.thread_ts or "")):
        by = say(" by {who}", who=escape(one.author)) if one.author else ""
        yield Shown(f"{escape(one.name)}{by}", one.text)
    for use in await _looks(desk, turn):
        yield Shown(_where(use), use.result)


async def _looks(desk: Desk, turn: Turn) -> Sequence[ToolCall]:
    return [use for use in await turns.tool_calls(desk.tx, turn.id) if use.state == "done" and not use.receipt_id]


def _where(use: ToolCall) -> str:
    """What a look has found, to follow "from"."""
    about = escape(_about(use))
    if use.tool == COMMENTS and (named := OBJECT.search(use.result.partition("\n")[0])):
        return say("a comment on {object}", object=escape(named.group()))
    if about:
        return say("what `{tool}` found of {about}", tool=use.tool, about=about)
    return say("what `{tool}` found", tool=use.tool)


def _about(use: ToolCall) -> str:
    """What a look was about, as people write it; empty where it was about nothing in particular."""
    repository, number = str(use.arguments.get("repository", "")), use.arguments.get("number")
    if number is not None:
        return f"{'' if repository == 'here' else repository}#{number}"
    return str(use.arguments.get("ticket") or use.arguments.get("path") or "")
