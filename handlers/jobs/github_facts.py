"""Learns from GitHub where its webhooks come from and who we are there, at each start and once a day."""

import secrets

from bot.github import facts as known
from bot.worker import Run
from handlers.context import Context
from storage import queue
from storage.queue import Job

FACTS = "github.facts"


async def facts(ctx: Context, run: Run) -> None:
    """Ask GitHub for the networks of its webhooks and for the login whose events are our own echo."""
    if not ctx.settings.hears_github:
        return
    ranges = await ctx.github.hook_ranges()
    login = await ctx.github.own_login() if ctx.settings.acts_on_github else ""
    async with run.finishing() as tx:
        await known.remember(tx, ranges=ranges, login=login, workspace_id=ctx.workspace_id)


async def ask_for_facts(ctx: Context) -> None:
    """Have it done now: the process has just started."""
    now = ctx.clock()
    job = Job(
        workspace_id=ctx.workspace_id,
        kind=FACTS,
        key=FACTS,
        dedupe_key=f"{FACTS}:{now.isoformat()}",
        priority=queue.BULK,
        created_at=now,
        correlation_id=secrets.token_hex(6),
    )
    async with ctx.db.write() as tx:
        await queue.put(tx, job)
