"""A message becomes a turn: stored, with the job that works on it, in the transaction that read the message."""

from dataclasses import asdict, fields, replace
from datetime import timedelta
from typing import Any

from agent.channels.settings import is_closed_to_agent
from agent.desk import Desk
from agent.notices import notify
from agent.reply import Reply, text_reply
from agent.turns import texts
from agent.turns.control import is_dry_run
from agent.turns.marks import WAITS, mark
from agent.turns.moving import begun
from agent.turns.resting import MOST_WAITING, resting, rests_until
from bot.errors import UserError
from bot.events import Place
from bot.messages import Button, Message, escape, plain
from bot.overdue import KIND as TURN
from bot.overdue import key_of
from bot.redact import redact
from prompts.blocks import new_fence
from prompts.words import fixed, say
from storage import live_turns, pauses, queue, turns
from storage.pauses import Pause
from storage.turns import QUEUED, REFUSED, RUNNING, Turn

TAKEN_IN = Reply(message=Message(text=""), is_shown=True)  # a turn that runs reads it
STILL = "still"  # the action of a button; its value is the line to run
LONGEST_LINE = 1900  # a button's value holds 2,000 characters
ASKED = "ask"  # the asker has said that it is no report
TICKET = "ticket"  # what the answer to a question offers that may have been a report
CLOSED = fixed(
    "This channel is shared with another organisation: I take no requests here until an admin writes `channel allow"
    " agent`. Ask me directly, or use commands: `help` lists them."
)
NO_DRY_RUN = fixed(
    "Nothing was done. Only the agent can try something out, and no language model is set up (ANTHROPIC_API_KEY or"
    " CHARGEHAND_LLM_CHAIN)."
)


async def begin(desk: Desk, text: str, *, forced: str = "", offers: str = "") -> Reply | None:
    """Have the agent work on it; the answer comes when it is done.

    Args:
        forced: the specialist that the asker has chosen; ASKED for whoever fits, but for a report.
        offers: what the answer has a button for besides.

    Returns:
        None when it is begun; else what to tell the asker: why it is not, which is stored as its outcome, or that it
        was said long ago.

    Raises:
        UserError: it was not asked in Slack.
    """
    place = desk.place
    if place is None:
        raise UserError(say("Ask me in Slack: in a channel, in a thread or directly."))
    key = f"turn:{desk.key}"
    if await turns.by_key(desk.tx, key):
        return None
    try:
        reply = await _not_now(desk, text, place)
    except UserError as refusal:
        desk.record_refusal(refusal)
        reply = Reply(message=Message(text=str(refusal), buttons=refusal.buttons), is_private=True)
    if reply is TAKEN_IN:
        return None
    if reply is None:
        (await store(desk, place, text, key=key, forced=forced)).offers = offers
    elif not desk.is_late:
        await refused(desk, place, text, reply.message.text, key=key, forced=forced)
    return reply


async def _not_now(desk: Desk, text: str, place: Place) -> Reply | None:
    """What the asker is told in place of an answer; None: it can begin.

    Raises:
        UserError: why it cannot.
    """
    if pause := await pauses.current(desk.tx):
        raise UserError(paused(pause))
    await refuse_closed(desk, place)
    if not is_dry_run(text) and await follows_up(desk, text):  # a running one may change something
        return TAKEN_IN
    if desk.is_late:
        return await still(desk, text, line=f"ask {text}")
    until = await rests_until(desk, place)
    return await resting(desk, place, until) if until else None


async def try_out(desk: Desk, text: str) -> Reply | None:
    """The same of a request that nothing is to be done of: what would be done is told.

    Raises:
        UserError: as `begin`; or no model reads it.
    """
    if not desk.settings.servers:
        raise UserError(say(NO_DRY_RUN))
    return await begin(desk, text)


async def refuse_closed(desk: Desk, place: Place) -> None:
    """Take requests where only people of this workspace read the answer, or an admin has allowed others to.

    Raises:
        UserError: with who could allow it, and where else to ask.
    """
    if not place.reply_url and await is_closed_to_agent(desk, place.channel_id):
        raise UserError(say(CLOSED))


async def still(desk: Desk, text: str, *, line: str) -> Reply:
    """It was asked long ago, while nobody was there: whoever asked says whether it still holds.

    Args:
        text: what was said; people read it in a way that calls nobody.
        line: what does it then; empty: nothing but to say it again.
    """
    if not line or len(line) > LONGEST_LINE:
        return text_reply(say("It may be out of date by now: say it again if it still holds."))
    button = Button(label=say("Still do it?"), action=STILL, value=line)
    shown = escape(await desk.read_out(text))
    return Reply(message=Message(text=say("It may be out of date by now: {line}", line=shown), buttons=(button,)))


async def store(
    desk: Desk,
    place: Place,
    text: str,
    *,
    key: str,
    forced: str = "",
    continues: int | None = None,
    surface: str = "",
) -> Turn:
    """Keep a request with its job; no secret in it is stored.

    Args:
        continues: the turn that came to a limit, and this one goes on with.
        surface: where it was said, if that is not where this desk is.
    """
    turn = await kept(desk, place, text, key=key, forced=forced, continues=continues, surface=surface)
    if place.thread_ts:
        await begun(desk, place.channel_id, place.thread_ts)
    await put(desk, turn, why="asked")
    return turn


async def kept(
    desk: Desk,
    place: Place,
    text: str,
    *,
    key: str,
    forced: str = "",
    continues: int | None = None,
    surface: str = "",
) -> Turn:
    """The same without a job: who calls it works on it."""
    turn = Turn(
        workspace_id=desk.workspace_id,
        number=await turns.next_number(desk.tx, desk.workspace_id),
        key=key,
        actor_id=desk.asker.person_id,
        slack_id=desk.asker.slack_id,
        surface=surface or desk.surface,
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        message_ts=place.message_ts,
        place=without_secrets(place),
        text=redact(text),
        forced=forced,
        continues=continues,
        fence=new_fence(),
        state=QUEUED,
        created_at=desk.now,
        deadline_at=desk.now + timedelta(hours=1),
        correlation_id=desk.correlation_id,
    )
    desk.tx.add(turn)
    await desk.tx.flush()
    desk.audit("ask", "turn", turn.id, before={}, after={"turn": turn.name})
    return turn


async def refused(
    desk: Desk, place: Place, text: str, why: str, *, key: str, forced: str = "", surface: str = ""
) -> None:
    """Keep a request that is not begun, with what its asker is told: it is found like any other, and counts for no
    limit."""
    turn = await kept(desk, place, text, key=key, forced=forced, surface=surface)
    turn.state, turn.outcome, turn.note, turn.ended_at = REFUSED, "refusal", plain(why), desk.now
    await texts.cut_down(desk.tx, turn, desk.settings.trace_text)


def without_secrets(place: Place) -> dict[str, Any]:
    """As it is stored: without those that its thread tells."""
    return asdict(replace(place, root_text=redact(place.root_text), files=redact(place.files)))


def place_of(turn: Turn) -> Place:
    """Where it was asked, as `store` has kept it; what else a turn notes there is no part of it."""
    return Place(**{field.name: turn.place[field.name] for field in fields(Place) if field.name in turn.place})


async def follows_up(desk: Desk, text: str) -> bool:
    """What the asker says in the thread of their running turn comes in at its next question to the model, unless very
    much waits for that."""
    place = desk.place
    if place is None or place.message_ts is None or (place.thread_ts in {None, place.message_ts} and not place.is_dm):
        return False
    running = await live_turns.live_in(desk.tx, place.channel_id, place.thread_ts)
    mine = next((one for one in running if one.actor_id == desk.asker.person_id and one.state == RUNNING), None)
    if mine is None or mine.stop_at:
        return False
    if sum("step" not in one for one in mine.follow_ups) >= MOST_WAITING:
        full = fixed("{count} more words of yours wait already. Wait for the answer, or write `stop`.")
        why = say(full, count=MOST_WAITING)
        await refused(desk, place, text, why, key=f"turn:{desk.key}")
        await notify.answer(desk, Message(text=why), is_private=True, name="refused")
        return True
    new = {"text": redact(text), "place": without_secrets(place), "ts": place.message_ts}
    mine.follow_ups = [*mine.follow_ups, new]
    await mark(desk, place.channel_id, place.message_ts, WAITS)
    desk.audit("follow up", "turn", mine.id, before={}, after={"turn": mine.name})
    return True


def paused(pause: Pause) -> str:
    """Who paused all models, and why."""
    because = say(" ({why})", why=escape(pause.why)) if pause.why else ""
    text = fixed("@{who} has paused the agent{because}. Commands work as ever; `agent resume` by an admin ends that.")
    return say(text, who=escape(pause.who), because=because)


async def put(desk: Desk, turn: Turn, *, why: str) -> None:
    """Have the agent go on with a turn; those of one thread wait for each other."""
    dedupe_key = f"turn:{turn.id}:{why}"
    await desk.put(TURN, {"turn_id": turn.id}, key=key_of(turn), dedupe_key=dedupe_key, priority=queue.INTERACTIVE)
