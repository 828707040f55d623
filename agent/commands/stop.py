"""`stop`: what the agent is working on ends; nothing new is begun, and what was done is said."""

from agent.commands.verb import Reply, Said, Verb, text_reply
from agent.desk import Desk
from agent.proposals import proposal as proposals_of
from agent.turns.begin import put
from bot.access import Target, can
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import live_turns, people, proposals
from storage.turns import QUEUED, WAITING, Turn


async def stop(desk: Desk, said: Said) -> Reply:
    """Those of the thread it is said in; elsewhere the asker's own."""
    found = await _meant(desk, said)
    mine = [turn for turn in found if _may(desk, turn)]
    if not found:
        return text_reply(say("There is nothing to stop here."), is_private=True)
    if not mine:
        who = await people.get(desk.tx, found[0].actor_id)
        raise UserError(say("@{who} asked for it: they can stop it, and responders.", who=escape(who.name)))
    fresh = await live_turns.ask_to_stop(desk.tx, [turn.id for turn in mine], by=desk.asker.person_id, at=desk.now)
    if not fresh:
        return text_reply(say("It is stopping already."), is_private=True)
    for turn in mine:
        desk.audit("stop", "turn", turn.id, before={"state": turn.state}, after={"state": "stopped"})
        for proposal in await proposals.open_of_turn(desk.tx, turn.id):
            await proposals_of.withdraw(desk, proposal)
        if turn.state in {QUEUED, WAITING}:  # nobody works on it who would say so
            await put(desk, turn, why="stop")
    return text_reply(say("Stopping."), is_private=True)


async def _meant(desk: Desk, said: Said) -> list[Turn]:
    """The turns of this thread; where there is none, those that the asker waits for."""
    place = desk.place
    here = await live_turns.live_in(desk.tx, place.channel_id, place.thread_ts) if place and place.thread_ts else []
    return here or await live_turns.live_of(desk.tx, desk.asker.person_id)


def _may(desk: Desk, turn: Turn) -> bool:
    """Who asked, and responders."""
    return turn.actor_id == desk.asker.person_id or can(desk.asker, "track", Target())


VERB = Verb(
    name="stop",
    takes=(),
    summary=fixed("stop what I am working on in this thread, or for you"),
    example="stop",
    another="stopp",
    action="see",
    act=stop,
    also=("halt",),
    german=("stopp",),
    no_inverse="ask again; what was done has its own undo",
)
