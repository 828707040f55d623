"""A request that no model reads: what becomes of it."""

from agent.commands.reading import TICKET_IN_TEXT
from agent.github.referred import ticket_meant
from agent.kit.world import World
from agent.turns import answer
from agent.turns.begin import TICKET
from agent.turns.control import is_dry_run
from agent.turns.finish import OFF, Ended
from agent.turns.nearest import nearest
from agent.turns.offline import looked_up
from agent.turns.rules import judge
from agent.turns.verdict import Heard
from bot.messages import escape
from prompts.words import fixed, say
from storage import thread_links, turns
from storage.turns import DONE, Turn

UNREAD = fixed("I read this without a language model, and know no command for it. `help` lists them.")
PLAIN = "plain"  # no model answered: what is done without one is the answer
LOOKED_UP = "looked up"  # the same, and it asks about a ticket: that is shown


async def without_model(world: World, turn: Turn, why: str, shown: str) -> Ended:
    """What code can look up is looked up, what only tells of something is a remark or a report; else one is offered.

    Args:
        why: no model read it, in English, for the record; shown: the same in the language that is spoken.
    """
    if found := await looked_up(world, turn):
        return Ended(state=DONE, outcome="answer", why=found)
    if is_dry_run(turn.text):
        return Ended(state=DONE, outcome="answer", why=failed(shown))
    verdict = judge(Heard(text=turn.text, is_top_level=turn.thread_ts in {None, turn.message_ts}))
    if verdict.is_question and not verdict.is_order and not turn.route:
        async with world.reading() as desk:
            named = await ticket_meant(desk, turn.text)
        if named:
            return Ended(state=DONE, outcome=LOOKED_UP, why=why, shown=_said(why, shown), ticket=named)
    if not verdict.may_be_kept:
        async with world.db.write() as tx:
            about = await thread_links.ticket_of(tx, turn.workspace_id, turn.channel_id, turn.thread_ts or "")
            kept = await turns.get(tx, turn.id)
            kept.offers = "" if about or TICKET_IN_TEXT.search(turn.text) else TICKET
            kept.note = answer.NO_MODEL if why == answer.NO_MODEL else kept.note
        async with world.reading() as desk:
            near = await nearest(desk, turn.text)
        first = say(UNREAD) if why == answer.NO_MODEL else failed(shown)
        return Ended(state=DONE, outcome="answer", why="\n".join(filter(None, [first, near])))
    return Ended(state=DONE, outcome=PLAIN, why=why, shown=_said(why, shown))


def _said(why: str, shown: str) -> str:
    """Why rules answer, as their last line has it."""
    return say(OFF) if why == answer.NO_MODEL else say("the model gave no answer ({why})", why=escape(shown))


def failed(why: str) -> str:
    """Why there is no answer, and what there is without one."""
    return say("The model gave no answer ({why}). `help` lists what works without it.", why=escape(why))
