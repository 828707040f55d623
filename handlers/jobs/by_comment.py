"""A command in a comment on GitHub: GitHub is asked what its author may there, it is done, and one comment answers."""

from dataclasses import replace
from datetime import timedelta

from agent.by_comment import answer as put_answer
from agent.by_comment import author_of, came_late, obey, refused
from agent.desk import Desk
from agent.github.failing import words_of
from agent.github.repositories import as_told
from agent.home import follow
from agent.language import of_asked
from bot.access import PERMISSIONS
from bot.errors import Ignored, Permanent, UserError
from bot.events import CommentEvent, Place
from bot.github.effects import Writer
from bot.github.failures import CallFailed
from bot.github.rights import permission
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import Asked, ask, desk_of, system_desk
from handlers.jobs.github_events import event_in
from prompts.words import speaking
from storage import inbox, receipts, repositories
from storage.database import Tx


async def command(ctx: Context, run: Run) -> None:
    """Do what a comment on GitHub says, as the person whose proven login wrote it, with their rights here and there."""
    event = await _event(ctx, run)
    held, problem = await _may_there(ctx, event)
    asked = await ask(ctx, run.job.args["slack_id"], Place(channel_id=""), surface="github")
    try:
        async with run.finishing() as tx:
            desk = await _desk(ctx, run, asked, tx, held)
            with speaking(await of_asked(desk)):
                if problem:
                    raise UserError(problem)
                said = came_late() if run.job.args["is_late"] else await obey(desk, event)
                await put_answer(desk, event, said)
                await follow.touched(desk)
    except UserError as refusal:
        async with run.finishing() as tx:
            desk = await _desk(ctx, run, asked, tx, held)
            desk.record_refusal(refusal)
            await put_answer(desk, event, refused(refusal))


async def answer(ctx: Context, run: Run) -> None:
    """Write the answer to a command under the issue that it was said on."""
    args = run.job.args
    async with ctx.db.read() as tx:
        intent = await receipts.by_key(tx, args["key"])
        repository = await repositories.get(tx, args["repository_id"])
    if intent is None:
        raise Permanent(f"there is no answer under {args['key']}")
    intent.fence = run.job.fence
    writer = Writer(
        github=ctx.github, db=ctx.db, clock=ctx.clock, settle=timedelta(seconds=ctx.settings.effect_settle_s)
    )
    await writer.comment_once(intent, as_told(repository), args["issue"], intent.said)


async def _event(ctx: Context, run: Run) -> CommentEvent:
    """The comment, while its author's login is still proven to be theirs."""
    async with ctx.db.read() as tx:
        event = event_in(await inbox.get(tx, run.job.args["delivery_id"]))
        if not isinstance(event, CommentEvent):
            raise Permanent("the delivery holds no comment")
        author = await author_of(system_desk(ctx, run, tx), event)
    if author is None or author.slack_id != run.job.args["slack_id"]:
        raise Ignored("the login is not proven to be theirs any more")
    return event


async def _may_there(ctx: Context, event: CommentEvent) -> tuple[str, str]:
    """What the login may in that repository, as GitHub says; else why GitHub does not say.

    Raises:
        CallFailed: it may say so later.
    """
    try:
        return await permission(ctx.github, event.repository, event.sender or ""), ""
    except CallFailed as failed:
        if not failed.is_final:
            raise
        return PERMISSIONS[0], words_of(failed, event.repository.full_name)


async def _desk(ctx: Context, run: Run, asked: Asked, tx: Tx, held: str) -> Desk:
    """The author's, at which a comment speaks before everybody who can read the issue."""
    desk = await desk_of(ctx, run, asked, tx)
    return replace(desk, actor=replace(desk.asker, on_github=held), place=None, is_read_along=True)
