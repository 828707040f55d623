"""The one answer of a turn: the specialists' words, and what was done as code has it on record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import Button, Message, escape, linked
from bot.prices import MILLION
from bot.redact import redact
from prompts.words import fixed, say, say_of
from storage.receipts import Receipt
from storage.turns import ToolCall, Turn, TurnStep

_PLACED = re.compile(r"\[\[(R-\d+)\]\]")
LONGEST = 3000  # characters of one specialist's words
MOST_BUTTONS = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an answer is made of.

    Attributes:
        steps: those that were worked on now.
        uses: the writes of these steps, in order.
        receipts: of these uses, by id.
        proposals: the names of what waits for approval.
        why: why it ended before its end, as a sentence; empty when it did not.
        is_blocked: the specialists could have changed something, and did not.
    """

    turn: Turn
    steps: Sequence[TurnStep] = ()
    uses: Sequence[ToolCall] = ()
    receipts: dict[int, Receipt] | None = None
    proposals: Sequence[str] = ()
    why: str = ""
    has_writes: bool = False


def compose(told: Told) -> Message:
    """As people see it: first what matters, last a small line of what it came to."""
    done = [told.receipts[use.receipt_id] for use in told.uses if told.receipts and use.receipt_id in told.receipts]
    shown = {use.receipt_id: Message.model_validate(use.shown) for use in told.uses if use.shown and use.receipt_id}
    lines = {receipt.name: _line(receipt, shown.get(receipt.id)) for receipt in done}
    placed: set[str] = set()

    def put(found: re.Match[str]) -> str:
        placed.add(found[1])
        return lines.get(found[1], "")

    paragraphs = [_PLACED.sub(put, _words(step)) for step in told.steps if step.text]
    rest = [line for name, line in lines.items() if name not in placed]
    open_ones = [Message.model_validate(use.shown) for use in told.uses if use.shown and not use.receipt_id]
    questions = [message.text for message in open_ones if message.text]
    first = [told.why] if told.why else []
    if told.has_writes and not done and not told.proposals:
        first.append(say("Nothing was changed."))
    text = "\n".join(filter(None, [*first, *paragraphs, *rest, *questions])) or say("There is nothing to say to that.")
    buttons = [button for message in [*shown.values(), *open_ones] for button in message.buttons]
    return Message(text=text, buttons=_few(buttons), notes=(outcome_line(told, changes=len(done)),))


def _words(step: TurnStep) -> str:
    return escape(redact(step.text))[:LONGEST].strip()


def _line(receipt: Receipt, shown: Message | None) -> str:
    """What was done, as the command that did it says it."""
    text = shown.text if shown else escape(receipt.said)
    return f"• {text}" if not receipt.url or receipt.url in text else f"• {text} ({linked(receipt.name, receipt.url)})"


def _few(buttons: Sequence[Button]) -> tuple[Button, ...]:
    """Each once, and as many as stand in a row."""
    return tuple({(one.action, one.value): one for one in buttons}.values())[:MOST_BUTTONS]


def outcome_line(told: Told, *, changes: int) -> str:
    """What it came to, and what it took."""
    turn, parts = told.turn, list[str]()
    if changes:
        parts.append(say_of(changes, "1 change", "{count} changes"))
    if told.proposals:
        parts.append(say("waiting for approval: {names}", names=", ".join(told.proposals)))
    if not changes and not told.proposals:
        parts.append(say("nothing was changed"))
    tokens = turn.input_tokens + turn.output_tokens
    if tokens:
        parts.append(say("{tokens} tokens", tokens=f"{tokens / 1000:.1f}k" if tokens >= 1000 else tokens))
    if turn.cost:
        parts.append(f"${turn.cost / MILLION:.2f}" if turn.cost >= MILLION / 200 else "< $0.01")
    if turn.note:
        parts.append(escape(turn.note))
    return " · ".join([turn.name, *parts])


STOPPED = fixed("Stopped by {who}.")
LATE = fixed("This took longer than {seconds} s, so it ended here. `continue` goes on with it.")
LIMIT = fixed("This reached a limit ({what}), so it ended here. `continue` goes on with it.")
