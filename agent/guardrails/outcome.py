"""The last line of every answer says what came of it and what it cost; the first one, when nothing was changed, why."""

from dataclasses import dataclass
from enum import Enum

from bot.llm.budget_words import short
from prompts.words import fixed, say, say_of

NOTHING = fixed("nothing was changed")
APART = " · "
BY_RULES = fixed("no model used")


class Because(Enum):
    """Why nothing was changed."""

    NO_CALL = fixed("*Nothing was changed:* no action was started for this.")
    WAITING = fixed("*Nothing was changed yet:* it waits for approval.")
    ASKED = fixed("*Nothing was changed yet:* an answer of yours is needed first.")
    REFUSED = fixed("*Nothing was changed:* it is not allowed here; the reason is below.")
    CHOSEN = fixed("*Nothing was changed:* you chose so.")
    FAILED = fixed("*Nothing was changed:* it was tried and failed; the reason is below.")
    NOT_THERE = fixed("*Nothing was changed:* everything is as wanted already, or what was named is not there.")
    LIMIT = fixed("*Nothing was changed:* a limit was reached first.")
    STOPPED = fixed("*Nothing was changed:* it was stopped first.")
    DRY_RUN = fixed("*Nothing was changed:* this was a dry run.")
    UNPROVEN = fixed("*Nothing was changed:* what the model said cannot be proven, so it is left out.")
    UNCHECKED = fixed("*Nothing was changed.* What follows could not be checked for claims.")


UNCERTAIN = fixed("*It may have happened:* whether it did is not known; where to look is said in this thread.")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one answer came to.

    Attributes:
        changes: receipts of this answer.
        is_waiting: a proposal of it waits for approval.
        is_uncertain: something may have been changed, and nobody can tell.
        tokens: of all its model calls; 0: no model was asked.
        usd: what they cost; None: it is not known.
        second_choice: the provider that answered below the first one of the chain; empty: none did.
        is_by_rules: no model answered at all, so rules did.
        why: code's own sentence on why it ended early, above everything else.
        left: code's own lines on what was not done or was withdrawn, below everything else.
        notes: further notes, said already: what is off and the setting that turns it on, a cut answer.
    """

    changes: int = 0
    is_waiting: bool = False
    is_uncertain: bool = False
    tokens: int = 0
    usd: float | None = None
    second_choice: str = ""
    is_by_rules: bool = False
    why: str = ""
    left: str = ""
    notes: tuple[str, ...] = ()


def last_line(outcome: Outcome) -> str:
    """ "2 changes · 3.1k tokens · $0.01"; it belongs into the notes of the last message."""
    parts = [say_of(outcome.changes, "1 change", "{count} changes")] if outcome.changes else []
    parts += [say("waiting for approval")] if outcome.is_waiting else []
    parts += [say("something may have happened")] if outcome.is_uncertain else []
    cost = [say("{tokens} tokens", tokens=short(outcome.tokens))] if outcome.tokens else []
    money = [cents(outcome.usd)] if outcome.usd is not None and outcome.tokens else []
    return APART.join([*(parts or [say(NOTHING)]), *cost, *money, *_degraded(outcome), *outcome.notes])


def _degraded(outcome: Outcome) -> list[str]:
    if outcome.is_by_rules:
        return [say(BY_RULES)]
    if outcome.second_choice:
        return [say("answered by {provider}, since the first model did not", provider=outcome.second_choice)]
    return []


def cents(usd: float) -> str:
    """Dollars as people read them at a glance; what is above nothing never reads as nothing. Safe inside mrkdwn."""
    return "&lt;$0.01" if 0 < usd < 0.005 else f"${usd:,.2f}"


def first_line(outcome: Outcome, because: Because | None, *, had_write_tools: bool) -> str:
    """The sentence an answer begins with when nothing was changed although it could have been, or nobody can tell.

    Args:
        because: why; None: nothing was even started, or it waits for approval.
    """
    if outcome.changes or not (had_write_tools or because in {Because.UNCHECKED, Because.UNPROVEN}):
        return ""
    if outcome.is_uncertain:
        return say(UNCERTAIN)
    if because is None:
        because = Because.WAITING if outcome.is_waiting else Because.NO_CALL
    return say(because.value)
