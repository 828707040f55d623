"""The one answer of a turn: the specialists' words made safe, and what was done as code has it on record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from agent.commands import feedback
from agent.commands.together import named
from agent.guardrails.answer import answer
from agent.guardrails.links import links_for
from agent.guardrails.marks import InSlack
from agent.guardrails.outcome import Because, Outcome
from agent.guardrails.parts import Parts
from agent.guardrails.proofs import Proof
from agent.kit.use import ASKED, CANCELLED, DONE, FAILED, REFUSED, WOULD
from agent.specialists import TOOLS
from agent.turns.begin import TICKET
from agent.turns.verdict import BY_RULES
from bot.messages import Button, Message, escape, linked
from bot.prices import MILLION
from bot.settings import Settings
from prompts.words import fixed, say
from storage.receipts import Receipt
from storage.turns import ToolCall, Turn, TurnStep

MOST_BUTTONS = 5
BECAUSE = {
    ASKED: Because.ASKED,
    CANCELLED: Because.CHOSEN,
    FAILED: Because.FAILED,
    REFUSED: Because.FAILED,
    WOULD: Because.DRY_RUN,
}
NO_MODEL = fixed("no model configured")  # the note of a turn that no model was there for
UNDO_REMINDER = fixed("Undo the reminder")
STOPPED = fixed("Stopped by {who}.")
LATE = fixed("This took longer than {seconds} s, so it ended here. `continue` goes on with it.")
LIMIT = fixed("This reached a limit ({what}), so it ended here. `continue` goes on with it.")
NOT_DONE = fixed("What the rest of this needs could not be done, so it was not begun.")
NOT_APPROVED = fixed("What the rest of this needs was not approved, so it was not begun.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an answer is made of.

    Attributes:
        steps: those that were worked on now.
        uses: the writes of these steps, in order.
        receipts: of these uses, by id.
        is_waiting: something of them waits for approval.
        is_uncertain: something of them, or of what was approved, may have happened.
        why: why it ended before its end, as a sentence; empty when it did not.
        left: what of it was not done, or was withdrawn.
        because: the same as `why`, where nothing was changed.
        has_writes: the specialists could have changed something.
        names: Slack id -> name, of all people.
        mentions: who may be called by an answer.
        objects: what the answer names -> where it is seen.
        off: what does not work and the setting that turns it on, where the asker has not heard it today.
    """

    turn: Turn
    settings: Settings
    steps: Sequence[TurnStep] = ()
    uses: Sequence[ToolCall] = ()
    receipts: Mapping[int, Receipt] = field(default_factory=dict)
    is_waiting: bool = False
    is_uncertain: bool = False
    why: str = ""
    left: str = ""
    because: Because | None = None
    has_writes: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    mentions: Collection[str] = ()
    objects: Mapping[str, str] = field(default_factory=dict)
    off: str = ""

    @property
    def is_news(self) -> bool:
        """Whether there is anything to tell; what was approved has been told when it was done."""
        return bool(self.why or self.uses or any(step.text for step in self.steps))


def compose(told: Told) -> Parts:
    """As people see it: first what matters, last a small line of what it came to."""
    done = [use for use in told.uses if use.receipt_id in told.receipts]
    proofs = {told.receipts[use.receipt_id or 0].name: _said(told.receipts[use.receipt_id or 0], use) for use in done}
    turn, is_offline = told.turn, told.turn.note == NO_MODEL or told.turn.route.get("by") == BY_RULES
    sent = answer(
        "\n\n".join(step.text for step in told.steps if step.text),
        marks=InSlack(
            links=links_for(told.settings, turn.text),
            objects=told.objects,
            mentions=frozenset(told.mentions),
            names=dict(told.names),
        ),
        proofs=tuple(Proof(name=name, said=name) for name in proofs),
        render=lambda proof: proofs[proof.name],
        outcome=Outcome(
            changes=len(proofs),
            is_waiting=told.is_waiting,
            is_uncertain=told.is_uncertain,
            tokens=turn.input_tokens + turn.output_tokens,
            usd=None if turn.cost is None else turn.cost / MILLION,
            second_choice="" if is_offline else turn.note,
            is_by_rules=is_offline,
            why=told.why,
            left=told.left,
            notes=(*filter(None, [told.off]), turn.name),
        ),
        because=told.because or _because(told),
        had_write_tools=told.has_writes,
    )
    return _with_questions(told, sent)


def _said(receipt: Receipt, use: ToolCall) -> str:
    """What was done, as the command that did it says it."""
    text = Message.model_validate(use.shown).text if use.shown else escape(receipt.said)
    return text if not receipt.url or receipt.url in text else f"{text} ({linked(receipt.name, receipt.url)})"


def _because(told: Told) -> Because | None:
    """Why nothing was changed: as the last of the tools has it, or the check of the words."""
    if told.is_waiting or not told.uses:
        kept = next((step.why for step in told.steps if step.why in Because.__members__), "")
        return Because[kept] if kept else None
    return BECAUSE.get(told.uses[-1].state)


def _with_questions(told: Told, sent: Parts) -> Parts:
    """What a command asks back or refuses stands below the words, with its buttons and those of what was done."""
    open_ones = [Message.model_validate(use.shown) for use in told.uses if use.shown and use.state != DONE]
    *before, last = sent.messages
    text = "\n".join(filter(None, [last.text, *(message.text for message in open_ones)]))
    is_one = sum(use.state == DONE for use in told.uses) == 1
    buttons = _few([_undoes(use, button, is_one=is_one) for use in told.uses for button in _buttons(use)])
    about = {
        "text": text,
        "menu": next((message.menu for message in open_ones if message.menu), None),
        "buttons": (*buttons, *last.buttons, *_offered(told)),
        "rows": (feedback.buttons(told.turn),),
    }
    last = last.model_copy(update=about)
    return Parts(messages=(*before, last), file=sent.file)


def _buttons(use: ToolCall) -> tuple[Button, ...]:
    return Message.model_validate(use.shown).buttons if use.shown else ()


def _undoes(use: ToolCall, button: Button, *, is_one: bool) -> Button:
    """What takes a line back is called so; beside others it says which one.

    Args:
        is_one: it is the only thing that was done.
    """
    how = TOOLS[use.tool].undo if use.tool in TOOLS else ""
    if use.state != DONE or not how or not f"{button.action} {button.value}".startswith(f"{how} "):
        return button if is_one else named(button)
    if is_one:
        return button.model_copy(update={"label": say("Undo")})
    label = say(UNDO_REMINDER) if use.tool == "set_reminder" else say("Undo")
    return named(button.model_copy(update={"label": label}))


def _offered(told: Told) -> tuple[Button, ...]:
    """A ticket, where it was not clear whether that is what was wanted."""
    if told.turn.offers != TICKET or any(one.tool == "report_ticket" for one in told.receipts.values()):
        return ()
    return (Button(label=say("Make it a ticket"), action="form:ticket", value=told.turn.name),)


def _few(buttons: Sequence[Button]) -> tuple[Button, ...]:
    """Each once, and as many as stand in a row."""
    return tuple({(one.action, one.value): one for one in buttons}.values())[:MOST_BUTTONS]
