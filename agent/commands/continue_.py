"""`continue`: the agent goes on with what came to a limit, with fresh limits."""

from agent.commands.ask import answered_there
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.turns.begin import refuse_closed, store
from agent.turns.broken_off import cut_steps
from agent.turns.meanwhile import words_that_count
from agent.turns.resting import resting, rests_until
from agent.turns.verdict import BY_RULES
from bot.errors import UserError
from bot.events import Place
from prompts.words import fixed, say
from storage import live_turns, turns
from storage.turns import DONE, FAILED, LIVE, Turn


async def go_on(desk: Desk, said: Said) -> Reply:
    """The steps that the asker's newest turn of this thread did not end, with what it has done already.

    Its request is in the words that count now, with all that was added; of an answer that was too long it is the rest.
    """
    place = desk.place
    last = await _meant(desk, place, said.values.get("turn", "")) if place else None
    if place is None or last is None:
        raise UserError(say("There is nothing of yours to continue in this thread."))
    await refuse_closed(desk, place)
    if last.state in LIVE:
        raise UserError(say("{turn} is still at work.", turn=last.name))
    steps = await turns.steps(desk.tx, last.id)
    is_done = all(step.state == DONE for step in steps) if steps else bool(last.note)  # a note: rules have answered
    is_done = is_done and not await cut_steps(desk.tx, last.id)
    is_done = is_done or last.route.get("by") == BY_RULES  # which leave nothing for later
    if is_done and last.state != FAILED:
        raise UserError(say("{turn} was done: there is nothing to continue.", turn=last.name))
    at = answered_there(desk).place or place
    if until := await rests_until(desk, at):
        return await resting(desk, at, until)
    text = "\n".join(filter(None, await words_that_count(desk.tx, last)))
    await store(desk, at, text, key=f"turn:{desk.key}", forced=last.forced, continues=last.id)
    return text_reply(say("I go on with {turn}; the answer follows here.", turn=last.name), is_private=True)


async def _meant(desk: Desk, place: Place, number: str) -> Turn | None:
    """The newest of the asker's in this thread, or the one of this number."""
    last = await live_turns.last_in(desk.tx, place.channel_id, place.thread_ts, desk.asker.person_id)
    if last is None or not number:
        return last
    one = await turns.by_number(desk.tx, desk.workspace_id, int(number))
    mine = (last.channel_id, last.thread_ts, last.actor_id)
    return one if one and (one.channel_id, one.thread_ts, one.actor_id) == mine else None


VERB = Verb(
    name="continue",
    takes=(Slot.AT_WORK,),
    summary=fixed("go on with a request that came to a limit"),
    example="continue",
    another="continue T-4",
    action="report",
    act=go_on,
    also=("go on",),
    german=("weiter",),
    no_inverse="`stop` ends it",
)
