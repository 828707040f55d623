"""REST: deployments of commits, and how far each is."""

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.shapes.deployment import deployment, status


def list_all(ask: Ask) -> Answer:
    """Deployments, newest first, of one commit or to one environment, if asked."""
    sha, environment = ask.query.get("sha"), ask.query.get("environment")
    found = [
        one
        for one in reversed(ask.where.deployments)
        if sha in (None, one.sha) and environment in (None, one.environment)
    ]
    return ask.page(found, lambda one: deployment(ask.url, ask.where, one, ask.world.app_bot))


def statuses(ask: Ask) -> Answer:
    """Of one deployment, newest first."""
    deployment_id = ask.number("deployment_id")
    one = next((one for one in ask.where.deployments if one.id == deployment_id), None)
    if one is None:
        raise not_found()
    newest_first = list(reversed(one.statuses))
    return ask.page(newest_first, lambda each: status(ask.url, ask.where, one, each, ask.world.app_bot))
