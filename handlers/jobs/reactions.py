"""An emoji on a message of the agent's, or on a request to it, as a job."""

from agent.commands import feedback, stop
from agent.commands.run import run_line
from agent.conversation import refuse_outsiders
from agent.desk import Desk
from agent.reply import Reply
from agent.turns.shown import turn_at
from bot.events import Place, Surface
from bot.reactions import SlackReaction
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, serve
from storage import stops, turns
from storage.turns import LIVE, Turn


async def reaction(ctx: Context, run: Run) -> None:
    """Somebody put ✗, 👍 or 👎 on a message, or took it off; on any other message that says nothing to us."""
    event, enterprise_id = await event_of(ctx, run, SlackReaction)
    async with ctx.db.read() as tx:
        shown = await turn_at(tx, event.channel_id, event.ts)
    if shown is None or (event.means != "stop" and not shown.is_answer):
        async with run.finishing():
            return
    is_dm = event.channel_id.startswith("D")
    place = Place(channel_id=event.channel_id, thread_ts=shown.turn.thread_ts, message_ts=event.ts, is_dm=is_dm)
    surface: Surface = "dm" if is_dm else "mention"
    asked = await ask(ctx, event.user_id, place, surface=surface, enterprise_id=enterprise_id)

    async def act(desk: Desk) -> Reply | None:
        await refuse_outsiders(desk)
        if event.means == "stop":
            return await _stop(desk, shown.turn)
        if event.is_gone:
            await feedback.take_back(desk, shown.turn, event.means)
            return None
        return await run_line(desk, f"{feedback.VERB.name} {shown.turn.name} {event.means}")

    await serve(ctx, run, asked, act)


async def _stop(desk: Desk, turn: Turn) -> Reply | None:
    """What the word does; nothing for a request that has ended, unless this very emoji has just made it stop."""
    found = await turns.get(desk.tx, turn.id)
    told = await stops.told_to_stop(desk.tx, by=desk.asker.person_id, since=desk.now - stop.LATELY)
    is_theirs = found.id in {one.id for one in told}
    return await run_line(desk, f"{stop.VERB.name} {found.name}") if found.state in LIVE or is_theirs else None
