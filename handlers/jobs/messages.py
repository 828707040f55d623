"""A message, its edit or its deletion, as a job."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.alarms.wish import rooms as targets
from agent.cards.reaction import SEEN
from agent.channels.settings import is_let_in
from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.commands.verb import Slot
from agent.conversation import hear
from agent.desk import Desk
from agent.late import hear_late
from agent.memory import heard
from agent.people.admit import actor_of
from agent.people.whom import emails, slack_ids
from agent.reply import Reply
from agent.reports.edits import deleted, edited
from agent.reports.report import was_deleted
from agent.turns.control import control_word
from agent.turns.marks import mark
from bot.events import Place, SlackDelete, SlackEdit, SlackMessage
from bot.replies import with_files
from bot.slack.history import CAUGHT_UP
from bot.slack.parse import strip_mention
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, serve, system_desk
from handlers.thread_before import Before, said_before
from storage import doubt, inbox, people

_MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)")
FRESH = timedelta(seconds=30)  # younger ones are not looked up: it makes no difference how they came
ABOUT_PEOPLE = {Slot.TEAMS, Slot.PERSONS}
MOST_MENTIONS = 10  # people whose profiles one message may make us ask for


async def message(ctx: Context, run: Run) -> None:
    """Someone spoke to the bot: a report, a remark or a command."""
    said, enterprise_id = await event_of(ctx, run, SlackMessage)
    await heed(ctx, run, said, enterprise_id)


async def heed(ctx: Context, run: Run, said: SlackMessage, enterprise_id: str | None) -> None:
    """Hear a message that is for the bot, and answer it; what is said aside is not even kept."""
    root = said.thread_ts or (None if said.is_dm else said.ts)
    is_reply = said.thread_ts is not None and said.thread_ts != said.ts
    permalink, before = await asyncio.gather(
        ctx.directory.permalink(said.channel_id, said.ts),
        said_before(ctx, said) if is_reply else _nothing(),
    )
    place = Place(
        channel_id=said.channel_id,
        thread_ts=root,
        message_ts=said.ts,
        is_dm=said.is_dm,
        permalink=permalink,
        root_text=before.text,
        files=said.files,
    )
    asked = await ask(
        ctx,
        said.user_id,
        place,
        surface="dm" if said.is_dm else "mention",
        enterprise_id=enterprise_id,
        named=mentioned(said.text),
        rooms=rooms(said.text, here=said.channel_id),
    )

    sent_at, is_restored = await _read_back(ctx, run, said)

    async def act(desk: Desk) -> Reply | None:
        if await was_deleted(desk, said.channel_id, said.ts):
            desk.audit("cancelled", "message", run.job.args["delivery_id"], before={}, after={"why": "deleted"})
            return None
        if control_word(said.text) == "aside":
            return None
        if not (said.mentions_bot or said.is_dm):
            if not await is_let_in(desk, desk.asker):
                return None  # who may not speak here did not speak to the bot
            await mark(desk, said.channel_id, said.ts, SEEN)
        await heard.keep(desk, with_files(said.text, said.files), before=before.read)
        if sent_at:
            return await hear_late(desk, said.text, sent_at=sent_at, is_restored=is_restored)
        return await hear(desk, said.text)

    await serve(ctx, run, asked, act)


async def _read_back(ctx: Context, run: Run, said: SlackMessage) -> tuple[datetime | None, bool]:
    """When it was said, if it was read back after a time away; and whether that time is one a restore took back."""
    sent_at = datetime.fromtimestamp(float(said.ts), UTC)
    if ctx.clock() - sent_at < FRESH:
        return None, False
    async with ctx.db.read() as tx:
        delivery = await inbox.get(tx, run.job.args["delivery_id"])
        is_restored = await doubt.missing_since(tx) is not None
    return (sent_at if delivery.dedupe_key.startswith(CAUGHT_UP) else None), is_restored


def mentioned(text: str) -> tuple[str, ...]:
    """Who a text names, as far as we look them up: Slack ids, and in commands about people e-mail addresses too."""
    found = _MENTIONED.findall(text)
    if (command := parse(text, VERBS)) and not ABOUT_PEOPLE.isdisjoint(command.verb.takes):
        found += [*emails(command.text), *slack_ids(command.text)]
    return tuple(dict.fromkeys(found))[:MOST_MENTIONS]


def rooms(text: str, *, here: str) -> tuple[str, ...]:
    """The channels that a command wants something said in later."""
    command = parse(text, VERBS)
    return targets(command.text, here=here) if command and Slot.REMIND in command.verb.takes else ()


async def _nothing() -> Before:
    return Before()


async def edit(ctx: Context, run: Run) -> None:
    """The author rewrote a message; what was made of it follows."""
    event, _ = await event_of(ctx, run, SlackEdit)
    async with run.finishing() as tx:
        author = await people.by_slack_id(tx, ctx.workspace_id, event.user_id)
        desk = replace(system_desk(ctx, run, tx), actor=await actor_of(tx, author) if author else None)
        text = strip_mention(event.text, ctx.bot_user_id)
        await edited(desk, event, text, delivery_id=run.job.args["delivery_id"])


async def delete(ctx: Context, run: Run) -> None:
    """A message is gone; what was made of it says so."""
    event, _ = await event_of(ctx, run, SlackDelete)
    async with run.finishing() as tx:
        await deleted(system_desk(ctx, run, tx), event, delivery_id=run.job.args["delivery_id"])
