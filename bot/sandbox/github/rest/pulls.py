"""REST: pulls."""

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.rest.issues import arranged
from bot.sandbox.github.shapes.pull import full_pull, pull


def list_all(ask: Ask) -> Answer:
    """Those in the state asked for, by branch if asked."""
    head, base = ask.query.get("head"), ask.query.get("base")
    pulls = [one for one in arranged(ask, ask.where.present) if one.branches]
    wanted = [
        one
        for one in pulls
        if one.branches
        and head in (None, f"{ask.where.owner.login}:{one.branches.head_ref}")
        and base in (None, one.branches.base_ref)
    ]
    return ask.page(wanted, lambda one: pull(ask.url, ask.where, one))


def get(ask: Ask) -> Answer:
    """One pull."""
    if not ask.issue.is_pull:
        raise not_found()
    return Answer(body=full_pull(ask.url, ask.where, ask.issue))
