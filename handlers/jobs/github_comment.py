"""Says on a GitHub issue, once, which ticket tracks it."""

from datetime import timedelta

from agent.github.repositories import as_told
from bot.github.effects import Writer
from bot.worker import Run
from handlers.context import Context
from storage import issues, repositories, tickets
from storage.receipts import Receipt


async def comment(ctx: Context, run: Run) -> None:
    """Write "Tracked as CH-12" on the issue of a ticket."""
    async with ctx.db.read() as tx:
        ticket = await tickets.get(tx, int(run.job.args["ticket_id"]))
        issue = await issues.of_ticket(tx, ticket.id)
        assert issue is not None  # whoever asks for the comment has just linked them
        repository = await repositories.get(tx, issue.repository_id)
    intent = Receipt(
        workspace_id=ctx.workspace_id,
        key=f"tracked:{ctx.workspace_id}:{repository.github_id}:{issue.number}",  # its number may change by a restore
        kind="github.comment",
        channel_id="",
        ticket_id=ticket.id,
        at=ctx.clock(),
        correlation_id=run.job.correlation_id,
        fence=run.job.fence,
    )
    settle = timedelta(seconds=ctx.settings.effect_settle_s)
    writer = Writer(github=ctx.github, db=ctx.db, clock=ctx.clock, settle=settle)
    await writer.comment_once(intent, as_told(repository), issue.number, f"Tracked as {ticket.name}")
