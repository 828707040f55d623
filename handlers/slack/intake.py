"""Stores what came in, asks for the work, and shows eyes: all in the commit that precedes Slack's acknowledgement."""

import json
import secrets
from typing import Any

import structlog

from agent import notify
from agent.desk import Desk
from bot.events import SlackMessage
from bot.slack.parse import Incoming, parse
from handlers.context import Context
from storage import inbox, queue
from storage.database import Tx
from storage.inbox import Delivery
from storage.queue import Job

log = structlog.get_logger()


async def store(ctx: Context, body: dict[str, Any], *, starts_work: bool = True) -> Incoming:
    """Keep one envelope under its dedupe key; a redelivery changes nothing.

    Raises:
        anything the database says (a full disk, for one): the caller must not acknowledge then.
    """
    incoming = parse(body, bot_user_id=ctx.bot_user_id)
    correlation_id = secrets.token_hex(6)
    async with ctx.db.write() as tx:
        delivery_id = await inbox.store(tx, _delivery(ctx, incoming, body, correlation_id))
        if delivery_id is not None and incoming.event is not None and starts_work:
            await _ask_for_work(ctx, tx, incoming, delivery_id, correlation_id)
    log.debug("stored", kind=incoming.kind, is_new=delivery_id is not None, correlation_id=correlation_id)
    return incoming


def _delivery(ctx: Context, incoming: Incoming, body: dict[str, Any], correlation_id: str) -> Delivery:
    kept = {key: value for key, value in body.items() if key != "token"}
    return Delivery(
        workspace_id=ctx.workspace_id,
        enterprise_id=incoming.enterprise_id,
        source="slack",
        dedupe_key=incoming.dedupe_key,
        claim=incoming.claim,
        kind=incoming.kind,
        payload=json.dumps(kept),
        correlation_id=correlation_id,
        received_at=ctx.clock(),
    )


async def _ask_for_work(ctx: Context, tx: Tx, incoming: Incoming, delivery_id: int, correlation_id: str) -> None:
    now = ctx.clock()
    job = Job(
        workspace_id=ctx.workspace_id,
        name=f"slack.{incoming.kind}",
        args={"delivery_id": delivery_id},
        key=incoming.order,
        dedupe_key=f"delivery:{delivery_id}",
        run_at=now,
        created_at=now,
        correlation_id=correlation_id,
    )
    await queue.enqueue(tx, job)
    if isinstance(incoming.event, SlackMessage):
        desk = Desk(
            tx=tx,
            now=now,
            settings=ctx.settings,
            workspace_id=ctx.workspace_id,
            surface="system",
            correlation_id=correlation_id,
            key=f"delivery:{delivery_id}",
        )
        await notify.see(desk, incoming.event.channel_id, incoming.event.ts)
