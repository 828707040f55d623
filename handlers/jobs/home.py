"""The Home tab: who opened it is remembered, and each time it is due it is built and sent."""

from dataclasses import replace

from agent.desk import Desk
from agent.home import follow
from agent.home.build import build
from agent.people.admit import actor_of
from bot.events import Place
from bot.home import HOME, SlackHome
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask, event_of, insiders_if_said, serve, system_desk
from storage import homes, people, tickets


async def opened(ctx: Context, run: Run) -> None:
    """Somebody looks at it; who was deactivated sees nothing."""
    event, enterprise_id = await event_of(ctx, run, SlackHome)
    asked = await ask(ctx, event.user_id, Place(channel_id=HOME), surface="button", enterprise_id=enterprise_id)

    async def act(desk: Desk) -> None:
        if desk.asker.is_active:
            await follow.opened(desk)

    await serve(ctx, run, asked, act)


async def home(ctx: Context, run: Run) -> None:
    """Build the page from what is stored now, then have it sent; what changes meanwhile is the next one's."""
    person_id, is_awaited = run.job.args["person_id"], run.job.args.get("is_awaited", True)  # older ones do not say
    async with ctx.db.read() as tx:
        private = await tickets.private_channels(tx)
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
