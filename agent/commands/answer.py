"""`answer 12 2`: a button under what the agent asks; the choices of a question are numbered, 0 is "just do it"."""

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.questions import answers
from agent.questions.shown import message_of
from bot.errors import Stray, UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import people, questions, turns
from storage.questions import OPEN, Question

GONE = fixed("I know this question no longer: it was asked before a restore, or by another release of mine.")


async def answer(desk: Desk, said: Said) -> Reply:
    """Keep what whoever was asked has chosen; the message that asks says it.

    Raises:
        Stray: there is no such question. UserError: it asks somebody else, or is answered.
    """
    number, choice = map(int, said.text.split())
    asked = await questions.find(desk.tx, desk.workspace_id, number)
    if asked is None or choice > len(asked.choices):
        raise Stray(say(GONE))
    await _check(desk, asked)
    words = asked.choices[choice - 1][1] if choice else answers.GO_AHEAD
    await answers.answer(desk, [asked], words)
    return Reply(message=await message_of(desk, asked), settles=True)


async def _check(desk: Desk, asked: Question) -> None:
    """Let who was asked answer what is open.

    Raises:
        UserError: it asks somebody else, or nobody waits for an answer any more.
    """
    turn = await turns.get(desk.tx, asked.turn_id)
    if turn.actor_id != desk.asker.person_id:
        who = escape((await people.get(desk.tx, turn.actor_id)).name)
        raise UserError(say("This asks @{who}: only they can answer it.", who=who))
    if asked.state != OPEN:
        raise UserError(say("Nobody waits for this answer any more: {turn} has it, or has ended.", turn=turn.name))


VERB = Verb(
    name="answer",
    takes=(Slot.ANSWER,),
    summary=fixed("answer what I ask before I go on"),
    example="answer 1 2",
    another="answer 12 0",
    action="report",
    act=answer,
    no_inverse="what comes of it says how it is undone",
    is_for_buttons=True,
)
