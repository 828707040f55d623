"""What the agent asks, as one message: all questions with their buttons, then what became of each."""

from collections.abc import Sequence

from agent.desk import Desk
from agent.language import of_channel, of_person
from agent.notices import notify
from agent.notices.post import say_where_asked
from agent.proposals.asking import is_pressed
from agent.turns.control import is_go_ahead
from bot.messages import Button, Control, Menu, Message, Option, cut, escape, mention, plain
from prompts.words import fixed, say, speaking
from storage import people, questions, turns
from storage.questions import ANSWERED, OPEN, SKIPPED, Question
from storage.turns import Turn

ANSWER = "answer"  # the verb of its buttons
FEW = 4  # choices that are buttons; more are a menu
SHOWN = 80  # characters of an answer
GO_AHEAD = 0  # what a press says in place of a choice's number
CREATES = "create"  # the specialist that is asked to create something
OVER = fixed("{question} – *no longer waiting*")


async def pose(desk: Desk, turn: Turn) -> None:
    """Say what is open and not said yet, once and together, where it was asked."""
    fresh = [one for one in await questions.of_turn(desk.tx, turn.id) if one.state == OPEN and not one.key]
    if not fresh:
        return
    key = f"question:{fresh[0].id}"
    for one in fresh:
        one.key = key
    await desk.tx.flush()
    await say_where_asked(desk, await message_of(desk, fresh[0]), key=key)


async def message_of(desk: Desk, one: Question) -> Message:
    """The message that asks this, as it is now, in the language of its place."""
    turn = await turns.get(desk.tx, one.turn_id)
    asked = [other for other in await questions.of_turn(desk.tx, turn.id) if other.key == one.key]
    is_alone = turn.place.get("is_dm") or one.channel_id == turn.slack_id
    language = await (of_person(desk, turn.actor_id) if is_alone else of_channel(desk, one.channel_id))
    with speaking(language):
        return await _message(desk, turn, asked)


async def reword(desk: Desk, asked: Sequence[Question]) -> None:
    """The messages that ask say what has become of these; one that was pressed becomes the answer."""
    for key, one in {one.key: one for one in asked if one.key}.items():
        if not await is_pressed(desk, key):
            payload = (await message_of(desk, one)).model_dump_json()
            await notify.edit(desk, None, key, channel_id=one.channel_id, payload=payload)


async def _message(desk: Desk, turn: Turn, asked: Sequence[Question]) -> Message:
    open_ones = [one for one in asked if one.state == OPEN]
    names = await people.names(desk.tx, turn.workspace_id)
    lines = [_line(one, names) for one in asked]
    if not open_ones:
        return Message(text="\n".join(lines), notes=(turn.name,))
    head = say("{who}, I need to know this before I go on:", who=mention(turn.slack_id))
    how = say("Answer here or press a button. After a day I wait no longer.")
    steps = {step.number: step.specialist for step in await turns.steps(desk.tx, turn.id)}
    rows = [row for one in open_ones for row in _controls(one)]
    if not any(is_go_ahead(words) for one in open_ones for _, words in one.choices):
        first = open_ones[0]
        label = say("Just create it") if steps.get(first.step) == CREATES else say("Just do it")
        rows.append((Button(label=label, action=ANSWER, value=f"{first.id} {GO_AHEAD}"),))
    waits = say("{turn} waits for your answer", turn=turn.name)
    return Message(text="\n".join([head, *lines, how]), rows=tuple(rows), notes=(waits,))


def _line(one: Question, names: dict[str, str]) -> str:
    if one.state == OPEN:
        return f"• {one.text}"
    if one.state not in {ANSWERED, SKIPPED}:
        return f"• {say(OVER, question=one.text)}"
    label = next((label for label, words in one.choices if words == one.answer), "")
    if not label and one.state == SKIPPED:
        label = say("Just do it")
    return f"• {one.text} – *{escape(label or cut(plain(one.answer, names), SHOWN))}*"


def _controls(one: Question) -> list[tuple[Control, ...]]:
    """Each choice by its number, so that what is done is what is kept."""
    labels = [label for label, _ in one.choices]
    if not labels:
        return []
    if len(labels) > FEW:
        options = tuple(Option(label=label, value=str(number)) for number, label in enumerate(labels, 1))
        return [(Menu(label=say("Choose…"), action=ANSWER, value=str(one.id), options=options),)]
    return [
        tuple(Button(label=label, action=ANSWER, value=f"{one.id} {number}") for number, label in enumerate(labels, 1))
    ]
