"""Deployments and their statuses, as JSON."""

from bot.sandbox.github.records import Account, Payload, Repository, stamp
from bot.sandbox.github.runs import Deployment, DeploymentStatus
from bot.sandbox.github.shapes.account import account, node_id
from bot.sandbox.github.shapes.repository import repository_url


def deployment(url: str, where: Repository, one: Deployment, by: Account) -> Payload:
    """A deployment in a list."""
    home, at = repository_url(url, where), stamp(one.at)
    mine = f"{home}/deployments/{one.id}"
    return {
        "url": mine,
        "id": one.id,
        "node_id": node_id("Deployment", one.id),
        "sha": one.sha,
        "ref": one.ref,
        "task": "deploy",
        "payload": {},
        "original_environment": one.environment,
        "environment": one.environment,
        "description": None,
        "creator": account(url, by),
        "created_at": at,
        "updated_at": stamp(one.statuses[-1].at) if one.statuses else at,
        "statuses_url": f"{mine}/statuses",
        "repository_url": home,
        "transient_environment": False,
        "production_environment": False,
    }


def status(url: str, where: Repository, under: Deployment, one: DeploymentStatus, by: Account) -> Payload:
    """How far it was at a moment."""
    home, at = repository_url(url, where), stamp(one.at)
    mine = f"{home}/deployments/{under.id}"
    return {
        "url": f"{mine}/statuses/{one.id}",
        "id": one.id,
        "node_id": node_id("DeploymentStatus", one.id),
        "state": one.state,
        "creator": account(url, by),
        "description": "",
        "environment": under.environment,
        "target_url": "",
        "created_at": at,
        "updated_at": at,
        "deployment_url": mine,
        "repository_url": home,
        "environment_url": one.url,
        "log_url": "",
    }
