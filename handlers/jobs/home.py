"""The app's tabs: the Home tab is built and sent each time it is due, the Messages tab suggests what to write."""

from dataclasses import replace

from agent.desk import Desk
from agent.home import follow
from agent.home.build import build
from agent.home.suggested import suggested
from agent.language import of_asked
from agent.people.admit import actor_of
from bot.events import Place
from bot.home import HOME, MESSAGES, SlackHome
from bot.slack.suggest import suggest
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, desk_of, event_of, insiders_if_said, serve, system_desk
from prompts.words import say, speaking
from storage import homes, people, proposals, tickets


async def opened(ctx: Context, run: Run) -> None:
    """Somebody looks at it; who was deactivated sees nothing."""
    event, enterprise_id = await event_of(ctx, run, SlackHome)
    if event.tab == MESSAGES:
        await _suggest(ctx, run, event, enterprise_id)
        return
    asked = await ask(ctx, event.user_id, Place(channel_id=HOME), surface="button", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> None:
        if desk.asker.is_active:
            await follow.opened(desk)

    await serve(ctx, run, asked, act)


async def _suggest(ctx: Context, run: Run, event: SlackHome, enterprise_id: str | None) -> None:
    """The Messages tab is a direct message: it gets what this person may ask there, and no page."""
    place = Place(channel_id=event.channel_id, is_dm=True)
    asked = await ask(ctx, event.user_id, place, surface="dm", enterprise_id=enterprise_id)
    prompts: list[tuple[str, str]] = []
    title = ""
    async with run.finishing() as tx:
        desk = await desk_of(ctx, run, asked, tx)
        with speaking(await of_asked(desk)):
            prompts, title = suggested(desk), say("What shall I do?")
    if prompts and event.channel_id:
        await suggest(ctx.client, prompts, channel_id=event.channel_id, title=title)


async def home(ctx: Context, run: Run) -> None:
    """Build the page from what is stored now, then have it sent; what changes meanwhile is the next one's."""
    person_id, is_awaited = run.job.args["person_id"], run.job.args.get("is_awaited", True)  # older ones do not say
    async with ctx.db.read() as tx:
        private = {*await tickets.private_channels(tx), *await proposals.hidden_channels(tx)}
    insiders = await insiders_if_said(ctx, private)
    async with ctx.db.read() as tx:
        person, known = await people.get(tx, person_id), await homes.of_person(tx, person_id)
        desk = replace(system_desk(ctx, run, tx), insiders=insiders, actor=await actor_of(tx, person))
        is_due = known is not None and known.due_at is not None and known.due_at <= desk.now and person.is_active
        wanted = known.wanted if known else 0
        page = await build(desk, person, said=follow.answers(known, desk.now)) if known and is_due else None
    async with run.finishing() as tx:
        kept = await homes.of_person(tx, person_id)
        if page and kept:
            await follow.publish(replace(desk, tx=tx), person, kept, page, wanted=wanted, is_awaited=is_awaited)
