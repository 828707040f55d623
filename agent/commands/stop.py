"""`stop`: what the agent is working on ends; nothing new is begun, and what was done is said."""

from collections.abc import Sequence
from datetime import timedelta

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.proposals import proposal as proposals_of
from agent.turns.begin import put
from agent.turns.halt import halt, may_stop, meant, named
from bot.errors import UserError
from bot.events import Place
from bot.messages import escape
from prompts.words import fixed, say
from storage import people, proposals, stops
from storage.turns import LIVE, QUEUED, WAITING, Turn

LATELY = timedelta(hours=1)  # within which a word that made turns stop when it came in has its own job


async def stop(desk: Desk, said: Said) -> Reply:
    """Those of the thread it is said in; elsewhere the asker's own; with a name that one alone.

    A message or a press that says it has made them stop already, when it came in (handlers/slack/stopping.py): this is
    its record.
    """
    place, actor = desk.place, desk.asker
    told = await stops.told_to_stop(desk.tx, by=actor.person_id, since=desk.now - LATELY)
    if number := said.values.get("turn"):
        found = await named(desk.tx, actor, int(number), channel_id=place.channel_id if place else "")
        known = [turn for turn in told if turn in found]
        return await _end(desk, [turn for turn in found if turn.state in LIVE and turn not in known], known)
    thread_ts = place.thread_ts if place and place.thread_ts != place.message_ts else None
    channel_id = place.channel_id if place else ""
    here = [turn for turn in told if not thread_ts or (turn.channel_id, turn.thread_ts) == (channel_id, thread_ts)]
    # What this word has stopped may have ended by now: no reason to stop what is at work elsewhere.
    found = [] if here else await meant(desk.tx, channel_id=channel_id, thread_ts=thread_ts, actor=actor)
    if place and desk.is_late:
        found = [turn for turn in found if _is_before(turn, place)]
    return await _end(desk, found, here)


def _is_before(turn: Turn, place: Place) -> bool:
    """Whether it was asked before this was said: what was asked since is not meant by it."""
    return float(turn.message_ts or turn.created_at.timestamp()) < float(place.message_ts or 0)


async def _end(desk: Desk, found: Sequence[Turn], told: Sequence[Turn]) -> Reply:
    """Stop those that were found, and put on record those that know it already."""
    actor = desk.asker
    mine = [turn for turn in found if may_stop(actor, turn)]
    if not mine and not told:
        await _refuse(desk, found)
        return text_reply(say("There is nothing to stop here."), is_private=True)
    fresh = [*await halt(desk.tx, found, actor, at=desk.now), *told]
    if not fresh:
        return text_reply(say("It is stopping already."), is_private=True)
    for turn in fresh:
        await _stopped(desk, turn)
    return text_reply(say("Stopping."), is_private=True)


async def _refuse(desk: Desk, found: Sequence[Turn]) -> None:
    """Say whose they are, where there are any.

    Raises:
        UserError: they are somebody else's.
    """
    if found:
        who = await people.get(desk.tx, found[0].actor_id)
        raise UserError(say("@{who} asked for it: they can stop it, and responders.", who=escape(who.name)))


async def _stopped(desk: Desk, turn: Turn) -> None:
    desk.audit("stop", "turn", turn.id, before={"state": turn.state}, after={"state": "stopped"})
    for proposal in await proposals.open_of_turn(desk.tx, turn.id):
        await proposals_of.withdraw(desk, proposal)
    if turn.state in {QUEUED, WAITING}:  # nobody works on it who would say so
        await put(desk, turn, why="stop")


VERB = Verb(
    name="stop",
    takes=(Slot.AT_WORK,),
    summary=fixed("stop what I am working on in this thread, or for you"),
    example="stop",
    another="stop T-4",
    action="see",
    act=stop,
    also=("halt",),
    german=("stopp",),
    no_inverse="ask again; what was done has its own undo",
)
