"""Commits are deployed to environments."""

from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Repository
from bot.sandbox.github.runs import Deployment, DeploymentState, DeploymentStatus


def deploy(
    herald: Herald, where: Repository, *, branch: str, environment: str, state: DeploymentState, url: str
) -> Deployment:
    """Say how far the newest commit of a branch is in an environment; the first word of it begins a deployment."""
    world, sha = herald.world, where.heads[branch]
    known = (one for one in reversed(where.deployments) if (one.sha, one.environment) == (sha, environment))
    one = next(known, None)
    if one is None:
        one = Deployment(world.next_id(), environment, branch, sha, world.now())
        where.deployments.append(one)
    one.statuses.append(DeploymentStatus(world.next_id(), state, url, world.now()))
    world.changed()
    return one
