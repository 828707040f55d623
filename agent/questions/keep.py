"""A question is kept with its turn: at most two of a request, none twice, none where the asker wants none."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agent.kit.use import ASKED, Use
from agent.turns.control import is_go_ahead, split_go_ahead
from bot.errors import Undecided, UserError
from bot.messages import plain
from storage import questions
from storage.database import Tx
from storage.questions import OPEN, SKIPPED, Question
from storage.turns import ToolCall, Turn

MOST = 2  # of a request, with those that it goes on with
LASTS = timedelta(hours=24)
MOST_CHOICES = 10
NO_MORE = "The asker wants no questions: go on with what there is, and leave out what is missing."
FOLLOWS = "The asker has been asked; what they answer follows."


class AnswerNeeded(Exception):  # noqa: N818
    """The work on a turn goes on when its asker has answered."""


async def why_not(tx: Tx, turn: Turn, slot: str, texts: Sequence[str]) -> str:
    """Why nothing may be asked about a slot, for the model to read; empty when it may be."""
    asked = await questions.of_chain(tx, turn)
    if any(is_go_ahead(one) or split_go_ahead(one)[1] for one in texts) or any(one.state == SKIPPED for one in asked):
        return NO_MORE
    if any(one.slot == slot for one in asked):
        return f"The {slot} has been asked for already. Go on with what was answered, or say what is missing."
    if len(asked) >= MOST:
        return f"{MOST} questions have been asked already. Go on with what there is, or say what is missing."
    return ""


async def keep(
    tx: Tx, use: Use, slot: str, text: str, *, choices: Iterable[tuple[str, str]] = (), now: datetime
) -> Question:
    """Store it; the end of this attempt of the turn says it, with the others that are open then.

    Args:
        text: in Slack's markup, safe to be shown.
    """
    place = use.turn.place
    is_elsewhere = bool(place.get("reply_url"))  # a slash command: what is said later comes directly
    row = Question(
        workspace_id=use.turn.workspace_id,
        turn_id=use.turn.id,
        step=use.step,
        model_call=use.model_call,
        call_id=use.call.id,
        channel_id=use.turn.slack_id if is_elsewhere else use.turn.channel_id,
        thread_ts=None if is_elsewhere else use.turn.thread_ts,
        slot=slot,
        text=text,
        choices=[[label, words] for label, words in choices][:MOST_CHOICES],
        created_at=now,
        due_at=now + LASTS,
    )
    tx.add(row)
    await tx.flush()
    return row


async def asked_instead(tx: Tx, use: Use, error: UserError, *, now: datetime) -> ToolCall | None:
    """What could not be done since it is not clear what is meant: it is asked, if it may be; else None."""
    if not isinstance(error, Undecided) or await why_not(tx, use.turn, error.slot, use.words.texts):
        return None
    await keep(tx, use, error.slot, str(error), choices=error.choices, now=now)
    return use.row(ASKED, f"Nothing was done yet. {plain(str(error))} {FOLLOWS}", at=now)


async def of_call(tx: Tx, use: Use) -> Question | None:
    """What was asked for this very call."""
    asked = await questions.of_turn(tx, use.turn.id)
    mine = (use.step, use.model_call, use.call.id)
    return next((one for one in asked if (one.step, one.model_call, one.call_id) == mine), None)


def refuse_unanswered(asked: Iterable[Question]) -> None:
    """Go on unless something of what a turn asked is still to be answered.

    Raises:
        AnswerNeeded: it is.
    """
    if any(one.state == OPEN for one in asked):
        raise AnswerNeeded
