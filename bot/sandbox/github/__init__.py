"""A stateful stand-in for GitHub: REST and signed webhooks, a person's side for tests and the demo page."""

from bot.sandbox.github.api import Exchange
from bot.sandbox.github.courier import Mischief
from bot.sandbox.github.faults import Fault
from bot.sandbox.github.hooks import Delivery, Hook
from bot.sandbox.github.refusals import PersonError
from bot.sandbox.github.sandbox import GitHubSandbox
from bot.sandbox.github.seed import Seed, SeedRepository, default_seed, many_repositories
from bot.sandbox.github.world import Call

__all__ = [
    "Call",
    "Delivery",
    "Exchange",
    "Fault",
    "GitHubSandbox",
    "Hook",
    "Mischief",
    "PersonError",
    "Seed",
    "SeedRepository",
    "default_seed",
    "many_repositories",
]
