"""`continue`: the agent goes on with what came to a limit, with fresh limits."""

from agent.commands.ask import answered_there
from agent.commands.verb import Reply, Said, Verb, text_reply
from agent.desk import Desk
from agent.turns.begin import store
from bot.errors import UserError
from prompts.words import fixed, say
from storage import live_turns, turns
from storage.turns import DONE, FAILED, LIVE


async def go_on(desk: Desk, said: Said) -> Reply:
    """The asker's newest turn of this thread is asked for again, with what it has done already."""
    place = desk.place
    last = await live_turns.last_in(desk.tx, place.channel_id, place.thread_ts, desk.asker.person_id) if place else None
    if place is None or last is None:
        raise UserError(say("There is nothing of yours to continue in this thread."))
    if last.state in LIVE:
        raise UserError(say("{turn} is still at work.", turn=last.name))
    open_step = next((step for step in await turns.steps(desk.tx, last.id) if step.state != DONE), None)
    if open_step is None and last.state != FAILED:
        raise UserError(say("{turn} was done: there is nothing to continue.", turn=last.name))
    forced = open_step.specialist if open_step else ""  # one that failed before anybody worked on it has no steps
    at = answered_there(desk).place or place
    await store(desk, at, last.text, key=f"turn:{desk.key}", forced=forced, continues=last.id)
    return text_reply(say("I go on with {turn}; the answer follows here.", turn=last.name), is_private=True)


VERB = Verb(
    name="continue",
    takes=(),
    summary=fixed("go on with a request that came to a limit"),
    example="continue",
    another="weiter",
    action="report",
    act=go_on,
    also=("go on",),
    german=("weiter",),
    no_inverse="`stop` ends it",
)
