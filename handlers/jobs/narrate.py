"""A thread is told what happened on GitHub to what it is about: by a model without tools, or in fixed words."""

import asyncio

import structlog

from agent.desk import Desk
from agent.narration.gist import Terms, gist
from agent.narration.happening import Happening, of_check, of_comment, of_review
from agent.narration.pace import Thread, language_of, place_of, tell
from agent.narration.telling import told
from agent.narration.threads import may_hear
from bot.errors import ModelError
from bot.events import CheckRunEvent, CommentEvent, PullEvent
from bot.github.parse import parse
from bot.github.payload import Lacking, NotReadable, as_stored
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from prompts.words import speaking
from storage import inbox, people, pulls, repositories
from storage.database import Tx
from storage.inbox import Delivery

LONGEST_WAIT = 20.0  # seconds for each question: what nobody asked for holds up no other call for long
log = structlog.get_logger()


async def narrate(ctx: Context, run: Run) -> None:
    """Say it in the thread, once for each event."""
    async with ctx.db.read() as tx:
        desk = system_desk(ctx, run, tx)
        thread = await place_of(desk, run.job.args["scope"])
        language = await language_of(desk, thread)
        happening = await _happening(tx, run)
        who = await _called(desk, happening.who) if happening else ""
        is_heard = await _is_heard(desk, happening, thread)
    if happening is None or not is_heard:
        async with run.finishing():
            return
    said = await _in_short(ctx, happening, thread, language=language)
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        with speaking(language):
            message = told(happening, who=who, gist=said, settings=ctx.settings)
        if await _is_heard(desk, happening, thread):
            await tell(desk, await place_of(desk, thread.scope), happening, message)


async def _is_heard(desk: Desk, happening: Happening | None, thread: Thread) -> bool:
    """Whether the thread still wants to hear of it, and may: it was asked for a while ago."""
    name = happening.about.rpartition("#")[0] if happening else ""
    row = await repositories.named(desk.tx, name) if name else None
    return row is not None and await may_hear(desk, row, thread.scope)


async def _happening(tx: Tx, run: Run) -> Happening | None:
    """What the delivery tells of; None where it cannot be read any more."""
    delivery = await inbox.get(tx, run.job.args["delivery_id"])
    try:
        found = await asyncio.to_thread(_event, delivery)
    except (Lacking, NotReadable):
        return None
    match found:
        case CommentEvent() as event:
            return of_comment(event)
        case PullEvent() as event:
            return of_review(event)
        case CheckRunEvent() as event:
            pull = await pulls.get(tx, run.job.args["pull_id"])
            repository = await repositories.get(tx, pull.repository_id)
            return of_check(pull, repository.full_name, name=event.name)
    return None


def _event(delivery: Delivery) -> object:
    return parse(delivery.kind, as_stored(delivery.raw, delivery.headers))


async def _called(desk: Desk, login: str) -> str:
    """Somebody's name here, where it is proven that the login is theirs."""
    person = await people.by_github_login(desk.tx, desk.workspace_id, login) if login else None
    return person.name if person else login


async def _in_short(ctx: Context, happening: Happening, thread: Thread, *, language: str) -> str:
    """A model's words; empty when there are none to be had, or they cannot be told."""
    if ctx.model is None or not happening.words:
        return ""
    terms = Terms(
        language=language,
        deadline=min(ctx.settings.llm_deadline_seconds, LONGEST_WAIT),
        check=ctx.settings.claim_check,
        is_private=thread.is_private,
    )
    try:
        return await gist(happening, terms, model=ctx.model)
    except ModelError as error:
        log.info("narrated in fixed words", why=str(error))
        return ""
