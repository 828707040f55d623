"""What rules know the whole of is done at once: a turn without a model, in the transaction that read the message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.commands import feedback
from agent.commands.reading import TICKET_IN_TEXT
from agent.commands.together import words_of
from agent.commands.verb import text_reply
from agent.desk import Desk
from agent.guardrails import outcome
from agent.guardrails.outcome import Because
from agent.guardrails.parts import Parts
from agent.kit.deed import do
from agent.kit.receipts import keep_receipt
from agent.kit.use import ASKED, DONE, FAILED, told
from agent.kit.world import World
from agent.reply import Reply
from agent.specialists import NAMED, READER
from agent.turns import answer, texts
from agent.turns.answer import NO_MODEL, Told
from agent.turns.begin import kept
from agent.turns.finish import OFF, answer_plainly, has_heard, send
from agent.turns.meant import meant
from agent.turns.meanwhile import words_that_count
from agent.turns.moving import begun
from agent.turns.router import LONGEST_GOAL, Part, Route
from agent.turns.verdict import BY_RULES, Step
from bot.errors import Undecided, UserError
from bot.messages import Message, plain
from bot.replies import with_files
from prompts.words import Phrase, phrase, say
from storage import audit
from storage.database import tell
from storage.parts import part
from storage.receipts import Receipt
from storage.tickets import Ticket
from storage.turn_news import TurnEnded
from storage.turns import RUNNING, ToolCall, Turn, TurnStep

TOOL_OF = {
    "create": "report_ticket",
    "remind": "set_reminder",
    "assign": "assign",
    "comment": "comment_ticket",
    READER: "get_ticket",
}
KEPT = frozenset({"create", "comment"})  # what is made of a report or a remark in any case
READ_ALONE = {"slash"}  # surfaces whose answer nobody else reads


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What rules make of a message.

    Attributes:
        steps: with a command line each, in order.
        reasons: why they do.
        off: why no model was asked, where one could have known more; empty where rules know the whole of it.
        note: the same in English, for the record.
    """

    steps: Sequence[Step]
    reasons: Sequence[Phrase] = ()
    off: str = ""
    note: str = ""


async def work(desk: Desk, text: str, ruled: Ruled, own: Ticket | None) -> Reply:
    """Do it and answer where it was asked; nothing of it is left to a job.

    Args:
        own: the ticket of the thread.
    """
    place = desk.place
    assert place is not None  # a message was said somewhere
    turn = await kept(desk, place, text, key=f"turn:{desk.key}")
    turn.state, turn.started_at = RUNNING, desk.now
    message = await carry_out(desk, turn, ruled, own)
    turn.state, turn.ended_at = DONE, desk.now
    if place.thread_ts:
        await begun(desk, place.channel_id, place.thread_ts)
    await texts.cut_down(desk.tx, turn, desk.settings.trace_text)
    tell(desk.tx, TurnEnded(turn.outcome))
    return replace(text_reply(message.text), is_shown=True)


async def look_up(world: World, turn: Turn, name: str, *, why: str, shown: str) -> None:
    """A question that no model answers gets what is on record of the ticket that it names.

    Args:
        why: no model read it, in English, for the record; shown: the same in the language that is spoken.
    """
    ruled = Ruled(
        steps=(Step(READER, turn.text[:LONGEST_GOAL], f"show {name}"),),
        reasons=(phrase("it names {what}", what=name),),
        off=shown,
        note=why,
    )

    async def act(desk: Desk, kept_turn: Turn) -> None:
        await carry_out(desk, kept_turn, ruled, None)

    await answer_plainly(world, turn, act, why=why)


async def keep_plainly(world: World, turn: Turn, *, why: str, shown: str) -> None:
    """What only tells of something, and no model has read, is a report or a remark; below it stands who read it."""
    note = outcome.APART.join([say(outcome.BY_RULES), shown, turn.name])
    below = Message(text="", notes=(note,), rows=(feedback.buttons(turn),))

    async def act(desk: Desk, kept_turn: Turn) -> None:
        await world.plainly(desk, (await words_that_count(desk.tx, kept_turn))[0], below)

    await answer_plainly(world, turn, act, why=why)


async def carry_out(desk: Desk, turn: Turn, ruled: Ruled, own: Ticket | None) -> Message:
    """Each step in order, none of which stops the others, and the one answer that tells of all of them."""
    parts = tuple(Part(step.specialist, step.goal, needs=False) for step in ruled.steps)
    turn.route = Route(parts=parts, by=BY_RULES, reason="; ".join(map(str, ruled.reasons))).stored()
    turn.grants = {str(number): [TOOL_OF[step.specialist]] for number, step in enumerate(ruled.steps, 1)}
    turn.note = ruled.note if desk.settings.servers else NO_MODEL
    is_alone = turn.surface in READ_ALONE or bool(turn.place.get("is_dm"))
    at, recorded = replace(desk, is_read_along=not is_alone), len(audit.recorded(desk.tx))
    uses, rows, receipts = list[ToolCall](), list[TurnStep](), dict[int, Receipt]()
    for number, step in enumerate(ruled.steps, 1):
        use, receipt = await _used(at, turn, number, step, own)
        uses.append(use)
        receipts |= {receipt.id: receipt} if receipt else {}
        state = FAILED if use.state == FAILED else DONE
        rows.append(_row(turn, number, step, state=state, why=use.result if state == FAILED else ""))
    desk.tx.add_all([*uses, *rows])
    await desk.tx.flush()
    asks_approval = any(one.action == "propose" for one in audit.recorded(desk.tx)[recorded:])
    turn.outcome = _outcome(uses, asks_approval=asks_approval)
    desk.audit("answer", "turn", turn.id, before={}, after={"outcome": turn.outcome, "state": DONE})
    is_whole = not any(use.state == FAILED or _asks(use) for use in uses)
    message = compose(
        Told(
            turn=turn,
            settings=desk.settings,
            uses=uses,
            receipts=receipts,
            is_waiting=asks_approval,
            why="\n\n".join(filter(None, [desk.delay, *_read(uses)])),
            because=_because(uses, asks_approval=asks_approval),
            has_writes=any(NAMED[row.specialist].has_writes for row in rows),
            off=ruled.off or await _off(desk, turn, is_whole=is_whole),
        ),
        late=desk.delay,
    )
    await send(desk, turn, Parts(messages=(message,)), is_private=turn.outcome != "answer")
    return message


def compose(told: Told, *, late: str) -> Message:
    """As people see it; what is only looked up is shown as its command shows it, with the last line beneath."""
    [message] = answer.compose(told).messages[-1:]
    if len(told.uses) > 1 or told.receipts or told.uses[0].state != DONE:
        return message
    shown = Message.model_validate(told.uses[0].shown)
    about = {"notes": (*filter(None, [late]), *shown.notes, *message.notes), "rows": (*shown.rows, *message.rows)}
    return shown.model_copy(update=about)


async def _used(desk: Desk, turn: Turn, number: int, step: Step, own: Ticket | None) -> tuple[ToolCall, Receipt | None]:
    """One line run under the key of its own effect, so that an undo finds the answer that told of it."""
    key, tool, receipt = f"turn:{turn.id}:{number}:{BY_RULES}", TOOL_OF[step.specialist], None
    at = replace(desk, key=key)
    try:
        async with part(desk.tx):
            line, about = await meant(at, step.command, own_id=own.id if own else None)
            files = desk.place.files if desk.place and step.specialist in KEPT else ""
            did = await do(at, with_files(line, files), own=about)
            if did.is_done:
                receipt = await keep_receipt(at, turn, tool=tool, key=key, did=did)
    except UserError as refusal:
        desk.record_refusal(refusal)
        line, shown = step.command, Message(text=str(refusal), buttons=refusal.buttons)
        state, result = (ASKED if isinstance(refusal, Undecided) else FAILED), plain(str(refusal))
    else:
        shown, result = did.shown, did.words
        state = DONE if did.is_done or step.specialist == READER else ASKED
    named = TICKET_IN_TEXT.search(line)
    use = ToolCall(
        workspace_id=turn.workspace_id,
        turn_id=turn.id,
        step=number,
        model_call=0,
        call_id=BY_RULES,
        tool=tool,
        arguments={"line": line} | ({"ticket": f"CH-{int(named[1])}"} if named else {}),
        effect_key=key,
        state=state,
        result=told(result),
        shown=shown.model_dump(mode="json"),
        receipt_id=receipt.id if receipt else None,
        at=desk.now,
    )
    return use, receipt


def _row(turn: Turn, number: int, step: Step, *, state: str, why: str) -> TurnStep:
    return TurnStep(
        workspace_id=turn.workspace_id,
        turn_id=turn.id,
        number=number,
        specialist=step.specialist,
        goal=step.goal,
        state=state,
        why=why,
    )


def _outcome(uses: Sequence[ToolCall], *, asks_approval: bool) -> str:
    """Something done or looked up is an answer; else what is in its way."""
    if any(use.state == DONE for use in uses):
        return "answer"
    if asks_approval:
        return "proposal"
    if any(map(_asks, uses)):
        return "question"
    return "answer" if any(use.state == ASKED for use in uses) else "refusal"


def _asks(use: ToolCall) -> bool:
    """Whether its asker is to press something; else what it did not change is as it was wanted."""
    shown = use.shown or {}
    return use.state == ASKED and bool(shown.get("buttons") or shown.get("menu"))


def _read(uses: Sequence[ToolCall]) -> list[str]:
    """What was only looked up, in words."""
    read = [use for use in uses if use.state == DONE and use.receipt_id is None]
    return [words_of(Message.model_validate(use.shown)) for use in read]


def _because(uses: Sequence[ToolCall], *, asks_approval: bool) -> Because | None:
    """A command that changed nothing and asks nothing found all of it as it was wanted."""
    is_so_already = uses[-1].state == ASKED and not asks_approval and not any(map(_asks, uses))
    return Because.NOT_THERE if is_so_already else None


async def _off(desk: Desk, turn: Turn, *, is_whole: bool) -> str:
    """What does not work for want of a model: once a day to each, and whenever something was left undone."""
    if turn.note != NO_MODEL or (is_whole and await has_heard(desk, turn)):
        return ""
    return say(OFF)
