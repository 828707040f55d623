"""`feedback T-4 up`: what somebody thinks of an answer of the agent's; 👎 asks why, and nobody has to say it."""

from agent.commands.turn_slots import THUMBS
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.turns import texts
from bot.errors import Stray
from bot.messages import Button, Message
from prompts.words import fixed, say
from storage import feedback, turns
from storage.feedback import Feedback
from storage.turns import Turn

UP, DOWN = "up", "down"
LONGEST = 1000  # characters of a reason


async def give(desk: Desk, said: Said) -> Reply:
    """Kept once for each person and turn; another press changes it."""
    turn = await turn_read(desk, int(said.values["turn"]))
    before = await feedback.by(desk.tx, turn.id, desk.asker.person_id)
    was = before.value if before else None
    row = before or Feedback(
        workspace_id=desk.workspace_id, turn_id=turn.id, person_id=desk.asker.person_id, value="", at=desk.now
    )
    reason = texts.cut((await desk.read_typed(said.text))[:LONGEST], desk.settings.trace_text)
    row.value, row.reason, row.at = said.status, reason or (row.reason if was == said.status else ""), desk.now
    desk.tx.add(row)
    desk.audit("feedback", "turn", turn.id, before={"value": was}, after={"value": row.value})
    if row.value == UP:
        return _noted(say("Thank you, noted for {turn}.", turn=turn.name))
    if row.reason:
        return _noted(say("Thank you, noted with your reason for {turn}.", turn=turn.name))
    why = Button(label=say("What was wrong?…"), action="form:feedback", value=f"{turn.name} {DOWN}")
    return _noted(say("Noted for {turn}. If you like, say what was wrong.", turn=turn.name), why)


async def take_back(desk: Desk, turn: Turn, value: str) -> None:
    """They took their emoji off again: what it said counts no more, unless they have said something else since."""
    known = await feedback.by(desk.tx, turn.id, desk.asker.person_id)
    if known and known.value == value:
        await feedback.forget(desk.tx, known)
        desk.audit("feedback", "turn", turn.id, before={"value": value}, after={"value": None})


def _noted(text: str, *buttons: Button) -> Reply:
    return Reply(message=Message(text=text, buttons=buttons), is_private=True)


async def turn_read(desk: Desk, number: int) -> Turn:
    """The turn, where the asker can have read its answer.

    Raises:
        Stray: there is none, or it was answered where they are not.
    """
    turn = await turns.by_number(desk.tx, desk.workspace_id, number)
    if turn is None or not _reads(desk, turn):
        gone = fixed("There is no {turn} whose answer you could read.")
        raise Stray(say(gone, turn=f"T-{number}"))
    return turn


def _reads(desk: Desk, turn: Turn) -> bool:
    if turn.actor_id == desk.asker.person_id or turn.is_for_asker_alone:
        return turn.actor_id == desk.asker.person_id
    if not turn.is_private:
        return True
    return desk.asker.slack_id in desk.insiders.get(turn.channel_id, frozenset())


def buttons(turn: Turn) -> tuple[Button, ...]:
    """Under each answer."""
    labels = {UP: "👍", DOWN: "👎"}
    return tuple(Button(label=labels[value], action=name, value=turn.name) for name, value in THUMBS.items())


VERB = Verb(
    name="feedback",
    takes=(Slot.TURN, Slot.FEEDBACK),
    summary=fixed("say whether an answer of mine was good, and why not"),
    example="feedback T-4 up",
    another="feedback T-4 down that was another service",
    action="see",
    act=give,
    also=tuple(THUMBS),
    german=("rückmeldung",),
    no_inverse="it is said anew, the other way",
    is_for_buttons=True,
)
