"""`conversations [days]`: what somebody asked the agent lately, what came of each, and where it was."""

from datetime import timedelta

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.more import and_more
from agent.turns.explain import STATES
from bot.errors import UserError
from bot.messages import Message, cut, escape, linked, moment
from prompts.words import fixed, say, say_of
from storage import turn_pages
from storage.turn_pages import Wanted
from storage.turns import Turn

USUAL, MOST = 7, 90  # days
SHOWN = 20
LONGEST = 80  # characters of a request


async def conversations(desk: Desk, said: Said) -> Reply:
    """Their own, for them alone, the newest first."""
    days = int(said.text or USUAL)
    if not 0 < days <= MOST:
        raise UserError(say("Name 1 to {most} days, as in `conversations 30`.", most=MOST))
    since = desk.now - timedelta(days=days)
    wanted = Wanted(actor_id=desk.asker.person_id, since=since)
    found = await turn_pages.find(desk.tx, desk.workspace_id, wanted, most=10 * SHOWN)
    if not found:
        none = fixed("You have asked me nothing since {when}. `ask …` does, or any message to me in plain words.")
        return Reply(message=Message(text=say(none, when=moment(since))), is_private=True)
    one, many = fixed("*1 request of yours* since {when}"), fixed("*{count} requests of yours* since {when}")
    head = say_of(len(found), one, many, when=moment(since))
    lines = [await _line(desk, turn) for turn in found[:SHOWN]]
    return Reply(message=Message(text="\n".join([head, *lines]) + and_more(len(found), SHOWN)), is_private=True)


async def _line(desk: Desk, turn: Turn) -> str:
    """Its name leads to where it was asked; what was said of old is not kept."""
    words = escape(cut(" ".join((await desk.read_out(turn.text)).split()), LONGEST))
    state = say(STATES.get(turn.state, turn.state))
    about = f": {words}" if words else ""
    return f"• *{linked(turn.name, turn.place.get('permalink'))}* {moment(turn.created_at)} {state}{about}"


VERB = Verb(
    name="conversations",
    takes=(Slot.DAYS,),
    summary=fixed("list what you asked me in the last days, and what came of it"),
    example="conversations",
    another="conversations 30",
    action="see",
    who=fixed("everyone for themselves"),
    act=conversations,
    german=("gespräche",),
    no_inverse="it changes nothing",
)
