"""A budget for the model is nearly used up: told in a transaction of its own, after the call that found it so."""

from agent import low_budget
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage.llm_ledger import Account


async def warn(ctx: Context, run: Run) -> None:
    """Tell the admins, once a day, that most of a budget for the model is used."""
    account = Account(run.job.args["scope"], run.job.args["day"])
    async with run.finishing() as tx:
        await low_budget.warn(system_desk(ctx, run, tx), account)
