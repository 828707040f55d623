"""A slash command, a button or a form, as a job: each is a command line."""

import json
from dataclasses import replace

from agent.commands import ask as ask_agent
from agent.commands import track
from agent.commands.grammar import command_lines
from agent.commands.pressed import run_pressed
from agent.commands.registry import VERBS
from agent.commands.run import SURE, run_lines
from agent.conversation import hear, refuse_outsiders
from agent.desk import Desk
from agent.forms.open import lines_of
from agent.late import settled
from agent.memory import heard
from agent.proposals import amend
from agent.proposals.editable import AMEND
from agent.reply import Reply
from agent.turns.begin import STILL
from bot.errors import Permanent
from bot.events import Place, SlackCommand, SlackForm, SlackPress
from bot.replies import Spoken
from bot.shortcuts import SlackShortcut
from bot.slack.parse import parse
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, serve
from handlers.jobs.messages import mentioned, rooms
from storage import inbox, people


async def command(ctx: Context, run: Run) -> None:
    """`/chargehand …`: unlike a mention it must be a command; the answer is for the asker alone."""
    event, enterprise_id = await event_of(ctx, run, SlackCommand)
    place = Place(channel_id=event.channel_id, reply_url=event.reply_url, is_dm=event.channel_id.startswith("D"))
    asked = await ask(
        ctx,
        event.user_id,
        place,
        surface="slash",
        enterprise_id=enterprise_id,
        named=mentioned(event.text),
        rooms=rooms(event.text, here=event.channel_id),
    )

    async def act(desk: Desk) -> Reply | None:
        await refuse_outsiders(desk)
        return await run_lines(desk, command_lines(event.text, VERBS)) if event.text else await hear(desk, "")

    await serve(ctx, run, asked, act)


async def press(ctx: Context, run: Run) -> None:
    """A button or a menu: its action is the verb, its value the rest of the line."""
    event, enterprise_id = await event_of(ctx, run, SlackPress)
    place = Place(
        channel_id=event.channel_id,
        thread_ts=event.thread_ts,
        message_ts=event.message_ts,
        reply_url=event.reply_url,
        is_dm=event.channel_id.startswith("D"),
    )
    line = f"{event.action} {event.choice or event.value}"
    wanted = rooms(event.value if event.action in {STILL, SURE} else line, here=event.channel_id)
    asked = await ask(ctx, event.user_id, place, surface="button", enterprise_id=enterprise_id, rooms=wanted)
    asked = replace(asked, pressed=line)

    async def act(desk: Desk) -> Reply:
        await refuse_outsiders(desk)
        if event.action in {STILL, SURE}:
            return settled(await run_lines(desk, command_lines(event.value, VERBS), is_sure=True))
        return await run_pressed(desk, line)

    await serve(ctx, run, asked, act)


async def form(ctx: Context, run: Run) -> None:
    """A submitted form: its verb, its target and the words that were filled in."""
    event, enterprise_id = await event_of(ctx, run, SlackForm)
    used = await _shortcut_of(ctx, event)
    place = await _place_of(ctx, event, used)
    named = tuple(" ".join(event.fields.get(name, "") for name in ("person", "people")).split())
    if event.action == track.VERB.name and (author_id := event.value.rpartition("/")[2]).startswith(("U", "W")):
        named += (author_id,)
    homes = await _homes(ctx, event)
    asked = await ask(ctx, event.user_id, place, surface="form", enterprise_id=enterprise_id, named=named, homes=homes)
    asked = replace(asked, pressed=f"{event.action} {event.value}")

    async def act(desk: Desk) -> Reply:
        await refuse_outsiders(desk)
        if used and event.action == ask_agent.VERB.name:
            await heard.note(desk, _spoken(used))
        if event.action == AMEND:
            return await amend.save(desk, event.value, event.fields)
        return await run_lines(desk, await lines_of(desk, event))

    await serve(ctx, run, asked, act)


async def _homes(ctx: Context, form: SlackForm) -> tuple[str, ...]:
    """Where the ticket of a form is to live that may have to wait for approval: its channel, or its team's."""
    if form.action != track.VERB.name or ctx.settings.reporters != "responders":
        return ()
    async with ctx.db.read() as tx:
        team = await people.team_named(tx, form.fields.get("team", ""))
    channel_id = form.fields.get("channel") or (team.channel_id if team else None)
    return (channel_id,) if channel_id else ()


async def _shortcut_of(ctx: Context, form: SlackForm) -> SlackShortcut | None:
    """The use of the shortcut that opened a form of a message.

    Raises:
        Permanent: what is kept under that key is none.
    """
    if form.trigger_id is None:
        return None
    async with ctx.db.read() as tx:
        delivery = await inbox.by_key(tx, "slack", form.trigger_id)
    used = parse(json.loads(delivery.raw), bot_user_id=ctx.bot_user_id).event
    if not isinstance(used, SlackShortcut):
        raise Permanent(f"delivery {delivery.id} holds no shortcut")
    return used


async def _place_of(ctx: Context, form: SlackForm, used: SlackShortcut | None) -> Place:
    """Where a form was opened; one of a shortcut answers where that was used, also where the bot is no member."""
    place = Place(channel_id=form.channel_id, thread_ts=form.thread_ts, is_dm=form.channel_id.startswith("D"))
    if used is None:
        return place
    permalink = await ctx.directory.permalink(used.channel_id, used.message_ts)
    reported = used.message_ts if form.action == track.VERB.name else None  # a comment is not that message
    root = used.thread_ts or used.message_ts if form.action == ask_agent.VERB.name else place.thread_ts
    return replace(place, thread_ts=root, message_ts=reported, permalink=permalink, reply_url=used.reply_url)


def _spoken(used: SlackShortcut) -> Spoken:
    """The message that a shortcut was used on."""
    return Spoken(ts=used.message_ts, user_id=used.author_id, name="" if used.author_id else "an app", text=used.text)
