"""A refusal that cannot wait for a job: for the presser alone, through the outbox like everything else."""

from collections.abc import Mapping

from agent.admit import actor_of
from agent.desk import Desk
from bot.errors import UserError
from bot.events import SlackPress
from bot.messages import Message
from handlers.context import Context
from storage import outbox, people
from storage.database import Tx
from storage.outbox import Outgoing
from storage.people import Person


async def whisper(
    ctx: Context, press: SlackPress, message: Message, correlation_id: str, *, refusal: UserError | None = None
) -> None:
    """Say it by the press's response_url; a refusal goes on record with it."""
    now = ctx.clock()
    row = Outgoing(
        workspace_id=ctx.workspace_id,
        key=f"press:{press.trigger_id}:refusal",
        kind="respond",
        lane=f"press:{press.trigger_id}",
        channel_id=press.channel_id,
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
            (await desk_of(ctx, press, tx, person, correlation_id=correlation_id)).record_refusal(refusal)


async def desk_of(
    ctx: Context,
    press: SlackPress,
    tx: Tx,
    person: Person,
    *,
    insiders: Mapping[str, frozenset[str]] | None = None,
    correlation_id: str = "",
) -> Desk:
    """The desk of who pressed a button, for what is decided before a job could."""
    return Desk(
        tx=tx,
        now=ctx.clock(),
        settings=ctx.settings,
        workspace_id=ctx.workspace_id,
        surface="button",
        correlation_id=correlation_id,
        key=press.trigger_id,
        actor=await actor_of(tx, person),
        insiders=insiders or {},
    )
