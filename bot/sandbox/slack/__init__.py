"""A stateful stand-in for Slack: Web API and Socket Mode for the app, a person's side for tests and the demo page."""

from bot.sandbox.slack.faults import Fault
from bot.sandbox.slack.message import Message
from bot.sandbox.slack.refusals import PersonError, SlackTimeoutError
from bot.sandbox.slack.sandbox import SlackSandbox
from bot.sandbox.slack.seed import Seed, SeedChannel, User, default_seed
from bot.sandbox.slack.world import Call

__all__ = [
    "Call",
    "Fault",
    "Message",
    "PersonError",
    "Seed",
    "SeedChannel",
    "SlackSandbox",
    "SlackTimeoutError",
    "User",
    "default_seed",
]
