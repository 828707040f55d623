"""A write on GitHub goes the way of every write, but is sent (sending.py) between two transactions, and then proven.

The receipt under the effect's key is the claim: it is stored before anything is sent, and looked up before a repeat.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.desk import Desk
from agent.github.failing import words_of
from agent.github.repositories import as_told
from agent.github.rights import linked_login, may_write
from agent.github.which import Asked, repository_for
from agent.github.writing import Value, Written, missing, words_of_dropped
from agent.kit.arguments import completed
from agent.kit.decided import decide
from agent.kit.deed import Deed
from agent.kit.effect import At, Effect
from agent.kit.grants import Grant, check_still
from agent.kit.issues_alike import comment_instead, issues_like
from agent.kit.lookalikes import CREATE, CREATES, Alike, choice, instead, lookalikes, note
from agent.kit.rehearsed import is_rehearsal, only_told
from agent.kit.sending import send
from agent.kit.tool import Tool
from agent.kit.use import DONE, PROPOSED, Use
from agent.kit.wording import as_written
from agent.kit.world import World
from agent.proposals.of_turns import propose_for
from bot.access import Target, check
from bot.errors import UserError
from bot.github.failures import CallFailed
from bot.messages import Message, escape, linked, plain
from prompts.words import say
from storage import receipts, turns
from storage.database import tell
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.turn_news import ToolUsed
from storage.turns import ToolCall, Turn


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """`arguments` name the repository and people in full, so that it is the same when it is approved tomorrow."""

    tool: Tool
    effect: Effect
    repository: Repository
    login: str
    arguments: Mapping[str, Any]
    why: str = ""


async def prepare(
    desk: Desk, tool: Tool, arguments: Mapping[str, Any], *, ticket_id: int | None, asked: Asked | None = None
) -> Prepared:
    """What it would do, and as whom.

    Args:
        asked: as `repository_for` takes it; None: the repository was chosen before.

    Raises:
        UserError: the repository is not known, or it cannot be done as asked. Refused: they may not, or have no login.
    """
    check(desk.asker, tool.permission, Target(), doing=say("write on GitHub"))
    which = await repository_for(desk, arguments["repository"], ticket_id=ticket_id, asked=asked)
    login = await linked_login(desk.tx, desk.asker.person_id)
    given = dict(arguments) | {"repository": which.row.full_name}
    at = At(desk=desk, repository=which.row, login=login, ticket_id=ticket_id)
    effect = await tool.effect(at, given)
    settled = given | dict(effect.settled)
    return Prepared(tool=tool, effect=effect, repository=which.row, login=login, arguments=settled, why=which.why)


async def check_rights(world: World, found: Prepared) -> None:
    """Let pass who may write in that repository on GitHub.

    Raises:
        UserError: they may not.
    """
    await may_write(world.github.for_a_person(), as_told(found.repository), found.login)


async def look(world: World, found: Prepared) -> Prepared:
    """The same, with its object as GitHub shows it at this moment.

    Raises:
        UserError: GitHub does not show it.
    """
    effect = found.effect
    if effect.look is None:
        return found
    try:
        return seen(found, await effect.look(world.github.for_a_person()))
    except CallFailed as failed:
        raise UserError(words_of(failed, linked(effect.object_id, effect.url))) from failed


def seen(found: Prepared, before: Mapping[str, Any]) -> Prepared:
    """The same about an object that is like that; lists are added to."""
    after = {name: _added(before.get(name), value) for name, value in found.effect.after.items()}
    return replace(found, effect=replace(found.effect, before=before, after=after))


def _added(there: Any, value: Any) -> Any:
    if not isinstance(there, list) or not isinstance(value, list):
        return value
    return [*there, *missing(value, there)]


async def write(world: World, grant: Grant, tool: Tool, use: Use) -> ToolCall | None:
    """One use of such a tool: proposed, or done at once where the policy has it so; None while the asker has to choose.

    Raises:
        UserError: it cannot be done, or was not. Uncertain: nobody knows whether it was. TimeoutError: it was not sent.
    """
    async with asyncio.timeout(tool.timeout):
        async with world.reading() as desk:
            if said_there := await comment_instead(desk, tool, use):
                tool, use = said_there
            given = await completed(desk, tool, use.call.arguments, me=desk.asker.slack_id)
            given = await as_written(desk, tool, given, asked=use.turn.text)
            found = await prepare(desk, tool, given, ticket_id=use.thread_ticket, asked=use.asked)
        await check_rights(world, found)
        found = await look(world, found)
        alike = await issues_like(world, found, use)
    async with world.writing(use.effect_key) as desk:
        if known := await turns.done_already(desk.tx, use.effect_key):
            return known
        await check_still(desk, grant, tool)
        row, is_now = await _decided(desk, grant, found, use, alike)
        if row is not None:
            desk.tx.add(row)
            await desk.tx.flush()
            tell(desk.tx, ToolUsed(row.state))
        if not is_now:
            return row
    written = await send(world, use.turn, tool, found.effect, key=use.effect_key)
    async with world.writing(use.effect_key) as desk:
        receipt, message = await keep(desk, use.turn, found, written, key=use.effect_key)
        text = f"{receipt.name}: {plain(message.text)}"
        row = use.row(DONE, text, at=desk.now, shown=message.model_dump(mode="json"), receipt_id=receipt.id)
        desk.tx.add(row)
        await desk.tx.flush()
        tell(desk.tx, ToolUsed(row.state))
    return row


async def _decided(
    desk: Desk, grant: Grant, found: Prepared, use: Use, alike: Sequence[Alike]
) -> tuple[ToolCall | None, bool]:
    """What is stored, and whether it is done at once; neither while its asker has to choose."""
    may_ask = found.tool.name in CREATES and not is_rehearsal(desk, grant)
    if may_ask and (chosen := await choice(desk, found.tool, use, besides=alike)) != CREATE:
        return await instead(desk, use, chosen), False
    row = await _not_now(desk, grant, found, use, alike)
    return row, row is None


async def _not_now(desk: Desk, grant: Grant, found: Prepared, use: Use, alike: Sequence[Alike]) -> ToolCall | None:
    """What is stored where it is not done at once."""
    told = would(found, note(await lookalikes(desk, found.tool.name, found.arguments, use, besides=alike)))
    decided = await decide(desk, found.tool, use, told)
    if is_rehearsal(desk, grant):
        return await only_told(desk, use, told)
    if decided.verdict == "direct":
        return None
    proposal = await propose_for(
        desk,
        use.turn,
        tool=found.tool,
        arguments={"tool": found.tool.name, "arguments": dict(found.arguments), "ticket_id": use.thread_ticket},
        asks=found.effect.asks,
        would=told,
        ungrounded=decided.ungrounded,
    )
    text = f"{proposal.name} waits for approval. Nothing has been done yet; do not try it another way."
    return use.row(PROPOSED, text, at=desk.now, proposal_id=proposal.id)


def would(found: Prepared, besides: str = "") -> Deed:
    """What it would do, as people are asked about it."""
    effect = found.effect
    head = linked(effect.object_id, effect.url)
    return Deed(
        shown=Message(text="\n".join(filter(None, [head, escape(effect.preview), besides]))),
        action=found.tool.name,
        object_kind="github",
        object_id=effect.object_id,
        before=dict(effect.before),
        after=dict(effect.after),
        url=effect.url,
        why=found.why,
    )


async def keep(
    desk: Desk, turn: Turn, found: Prepared, written: Written, *, key: str, approver_id: int | None = None
) -> tuple[Receipt, Message]:
    """The proof of it, its record, and what follows from it here; with what GitHub left out, said."""
    told = as_told(found.repository)
    left_out = [words_of_dropped(one, told) for one in written.dropped]
    message = Message(text=" ".join([found.effect.done(written), *left_out]))
    receipt = await receipts.by_key(desk.tx, key)
    assert receipt is not None  # it was stored before anything was sent
    if receipt.number is None:
        receipt.number = await receipts.next_number(desk.tx, desk.workspace_id)
        receipt.turn_id, receipt.tool = turn.id, found.tool.name
        receipt.actor_id, receipt.approver_id = desk.asker.person_id, approver_id
        receipt.object_kind, receipt.object_id = "github", found.effect.object_id
        receipt.before, receipt.after = _stored(written.before), _stored(written.after)
        receipt.said, receipt.url = plain(message.text), written.url
        on_record = {"object": found.effect.object_id, "url": written.url, "receipt": receipt.name}
        desk.audit(found.tool.name, "repository", found.repository.id, before={}, after=on_record)
        if found.effect.keep:
            await found.effect.keep(desk, found.repository, written)
        await desk.tx.flush()
    return receipt, message


def _stored(fields: Mapping[str, Value]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
