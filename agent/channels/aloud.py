"""In a channel that is followed as a whole who begins a thread with a problem is offered, alone, to have it tracked."""

from agent.channels.settings import is_let_in
from agent.desk import Desk
from agent.notices import notify
from agent.turns.rules import judge
from agent.turns.verdict import Heard
from bot.access import Target, can
from bot.llm.checks import first_object
from bot.llm.port import Ask, WrongAnswerError, user
from bot.messages import Button, Message
from prompts import render
from prompts.words import fixed, say
from storage import outbox, tickets

TRACK = "track-offered"  # the verb of the button
SURE = 0.8  # the confidence from which on it is offered
MOST_TOKENS = 60
SECONDS = 10.0
LONGEST = 1500  # characters of the message in the button, whose value holds 2,000
CUT = " […]"
OFFER = fixed("Track this? A ticket would find its team, and stand on a card in the thread. Only you see this.")
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"is_problem": {"type": "boolean"}, "confidence": {"type": "number", "minimum": 0, "maximum": 1}},
    "required": ["is_problem", "confidence"],
    "additionalProperties": False,
}


def needs_model(text: str) -> bool:
    """Whether words alone do not tell what a message is."""
    verdict = judge(Heard(text=text))
    return verdict.kind == "unsure" or verdict.confidence < SURE


def speaks_of_problem(text: str) -> bool:
    """Whether words alone tell that something is wrong, surely."""
    verdict = judge(Heard(text=text))
    return verdict.kind == "create" and verdict.confidence >= SURE


def question(text: str, *, is_private: bool) -> Ask:
    """The one question to a model: it holds no tools, and its answer is a yes or a no."""
    return Ask(
        role="small",
        purpose="offer",
        system=render("aloud_system"),
        messages=(user(render("aloud", text=text)),),
        max_tokens=MOST_TOKENS,
        schema=SCHEMA,
        read=is_problem,
        deadline=SECONDS,
        is_deterministic=True,
        is_private=is_private,
    )


def is_problem(text: str) -> bool:
    """Whether an answer says so, and is sure enough.

    Raises:
        WrongAnswerError: it says neither.
    """
    found = first_object(text) or {}
    says, confidence = found.get("is_problem"), found.get("confidence")
    if not isinstance(says, bool) or isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise WrongAnswerError('Answer with {"is_problem": true or false, "confidence": 0 to 1}.')
    return says and confidence >= SURE


async def offer(desk: Desk, text: str, *, permalink: str) -> None:
    """Ask the author, alone and once, whether to track it; not who may not report, nor of what is tracked."""
    place = desk.place
    assert place is not None  # a message was said somewhere
    assert place.message_ts is not None
    may_report = can(desk.asker, "report", Target()) and await is_let_in(desk, desk.asker)
    key = f"offer:{place.channel_id}:{place.message_ts}"
    known = await tickets.by_message(desk.tx, place.channel_id, place.message_ts)
    if not may_report or known or await outbox.exists_for(desk.tx, key):
        return
    words = text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
    button = Button(label=say("Track this"), action=TRACK, value=f"{place.message_ts} {permalink or '-'} {words}")
    payload = Message(text=say(OFFER), buttons=(button,)).model_dump_json()
    row = notify.outgoing(desk, key=key, kind="whisper", lane=key, channel_id=place.channel_id, payload=payload)
    row.user_id = desk.asker.slack_id
    await outbox.add(desk.tx, row)
