"""`agent pause …`: no model is asked until `agent resume`; commands go on, and who asks hears who paused it and why."""

import re

from agent.commands.shapes import AGENT
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.turns.begin import paused, put
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say, say_of
from storage import live_turns, pauses
from storage.pauses import Pause
from storage.turns import QUEUED, STOPPED, WAITING

PAUSE, RESUME = re.compile(r"pause|pausiere", re.IGNORECASE), re.compile(r"resume|weiter", re.IGNORECASE)


async def agent(desk: Desk, said: Said) -> Reply:
    """Pause, resume, or say how it stands."""
    found = AGENT.fullmatch(said.text.strip())
    act, why = (found["act"] or "", found["why"] or "") if found else ("", "")
    if PAUSE.fullmatch(act):
        desk.check_admin(doing=say("pause the agent"))
        return text_reply(await _pause(desk, why), is_private=True)
    if RESUME.fullmatch(act):
        desk.check_admin(doing=say("resume the agent"))
        return text_reply(await _resume(desk), is_private=True)
    return text_reply(await _status(desk), is_private=True)


async def _pause(desk: Desk, why: str) -> str:
    """What is running is stopped; what waits for approval stays open, since that needs no model."""
    if known := await pauses.current(desk.tx):
        raise UserError(paused(known))
    pause = Pause(who=desk.actor.name if desk.actor else desk.operator, why=why)
    await pauses.begin(desk.tx, pause, workspace_id=desk.workspace_id, set_by=desk.who)
    desk.audit("pause", "workspace", 0, before={"paused": False}, after={"paused": True, "why": why})
    running = [one for one in await live_turns.live(desk.tx, desk.workspace_id) if one.state != WAITING]
    for turn in running:
        if turn.stop_at is None:
            desk.audit("stop", "turn", turn.id, before={"state": turn.state}, after={"state": STOPPED, "why": "pause"})
        if turn.state == QUEUED:
            await put(desk, turn, why="pause")
    by = desk.actor.person_id if desk.actor else None
    await live_turns.ask_to_stop(desk.tx, [one.id for one in running], by=by, at=desk.now)
    stopped = say_of(len(running), "1 request is stopped.", "{count} requests are stopped.") if running else ""
    return " ".join(filter(None, [say("No model is asked any more. `agent resume` ends that."), stopped]))


async def _resume(desk: Desk) -> str:
    if await pauses.current(desk.tx) is None:
        raise UserError(say("The agent is not paused."))
    await pauses.end(desk.tx)
    desk.audit("resume", "workspace", 0, before={"paused": True}, after={"paused": False})
    return say("Models are asked again.")


async def _status(desk: Desk) -> str:
    if known := await pauses.current(desk.tx):
        return paused(known)
    if not desk.settings.servers:
        return say("No language model is set up (ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN): rules do what they can.")
    names = ", ".join(server.name for server in desk.settings.servers)
    at_work = len(await live_turns.live(desk.tx, desk.workspace_id))
    working = say_of(at_work, "1 request is being worked on", "{count} requests are being worked on")
    return say("The agent is on: {providers}; {working}.", providers=escape(names), working=working)


VERB = Verb(
    name="agent",
    takes=(Slot.AGENT,),
    summary=fixed("say whether models are asked; pause that for all, and resume it"),
    example="agent",
    another="agent pause the answers are odd",
    action="profile",
    act=agent,
    german=("agenten",),
    who=fixed("everyone to look; to pause and resume: admins"),
    no_inverse="`agent resume` leads back from `agent pause`",
)
