"""REST: who is in a team of the organisation."""

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.shapes.account import account


def members(ask: Ask) -> Answer:
    """The members of a team, maintainers too."""
    logins = ask.world.teams.get(ask.params["team_slug"].lower())
    if logins is None:
        raise not_found()
    return ask.page([ask.world.account(login) for login in logins], lambda who: account(ask.url, who))
