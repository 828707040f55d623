"""Admins hear once a day when most of a budget for the model is used."""

from functools import partial

from agent.admins import ask_admins
from agent.desk import Desk
from bot.llm.accounts import Payer, Standing, budgets_of, standings
from bot.llm.budget_words import resets, used
from bot.messages import Message, escape
from prompts.words import say
from storage import people
from storage.llm_ledger import Account


async def warn(desk: Desk, account: Account) -> None:
    """Tell them of this account, unless its day is over."""
    whose, _, number = account.scope.partition(":")
    person = await people.get(desk.tx, int(number)) if whose == "person" else None
    payer = Payer(person_id=person.id if person else None)
    rules = budgets_of(desk.settings)
    found = await standings(desk.tx, desk.workspace_id, payer, rules, now=desk.now)
    name = f"@{escape(person.name)}" if person else ""
    for standing in found:
        if standing.account == account:
            key = f"budget:{account.scope}:{account.day}"
            await ask_admins(desk, partial(_message, standing, name), key=key)


def _message(standing: Standing, name: str) -> Message:
    text = say(
        "Most of the model budget for {whose} today is used: {used}; {resets}. When none is left, rules and commands"
        " do the work. `budget set` raises it.",
        whose=name or say("the workspace"),
        used=used(standing),
        resets=resets(standing),
    )
    return Message(text=text)
