"""A refusal that cannot wait for a job: for the presser alone, through the outbox like everything else."""

from collections.abc import Mapping

from agent.desk import Desk
from agent.people.admit import actor_of
from bot.errors import UserError
from bot.events import Actor, SlackForm, SlackPress
from bot.messages import Message
from bot.shortcuts import SlackShortcut
from handlers.context import Context
from storage import outbox, people
from storage.database import Tx
from storage.outbox import Outgoing
from storage.people import Person


async def whisper(
    ctx: Context,
    press: SlackPress | SlackShortcut,
    message: Message,
    correlation_id: str,
    *,
    refusal: UserError | None = None,
) -> None:
    """Say it by the press's response_url, or directly where there is none; a refusal goes on record with it."""
    now = ctx.clock()
    row = Outgoing(
        workspace_id=ctx.workspace_id,
        key=f"press:{press.trigger_id}:refusal",
        kind="respond" if press.reply_url else "post",
        lane=f"press:{press.trigger_id}",
        channel_id=press.channel_id if press.reply_url else press.user_id,
        thread_ts=press.thread_ts,
        user_id=press.user_id,
        reply_url=press.reply_url,
        payload=message.model_dump_json(),
        due_at=now,
        created_at=now,
        correlation_id=correlation_id,
    )
    async with ctx.db.write() as tx:
        await outbox.add(tx, row)
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        if refusal and person:
            desk = desk_of(ctx, press, tx, await actor_of(tx, person), correlation_id=correlation_id)
            pressed = f"{press.action} {press.value}" if isinstance(press, SlackPress) else press.name
            desk.record_refusal(refusal, pressed=pressed)


async def actor_for(tx: Tx, person: Person | None) -> Actor | None:
    """Who it is, if they are known already."""
    return await actor_of(tx, person) if person else None


def desk_of(
    ctx: Context,
    asked: SlackPress | SlackForm | SlackShortcut,
    tx: Tx,
    actor: Actor | None,
    *,
    insiders: Mapping[str, frozenset[str]] | None = None,
    correlation_id: str = "",
) -> Desk:
    """The desk of who pressed or sent something, for what is decided before a job could."""
    return Desk(
        tx=tx,
        now=ctx.clock(),
        settings=ctx.settings,
        workspace_id=ctx.workspace_id,
        surface="form" if isinstance(asked, SlackForm) else "button",
        correlation_id=correlation_id,
        key="" if isinstance(asked, SlackForm) else asked.trigger_id,
        actor=actor,
        insiders=insiders or {},
    )
