"""A stand-in for a model's server: both kinds of API over real sockets, scripted answers, and every fault on cue."""

from bot.sandbox.llm.asked import Asked, Call, Request
from bot.sandbox.llm.faults import Fault
from bot.sandbox.llm.routes import Heard
from bot.sandbox.llm.rules import Character, Match, Order, Reply, Rule
from bot.sandbox.llm.sandbox import LlmSandbox
from bot.sandbox.llm.script import MODELS, Script, read_script

__all__ = [
    "MODELS",
    "Asked",
    "Call",
    "Character",
    "Fault",
    "Heard",
    "LlmSandbox",
    "Match",
    "Order",
    "Reply",
    "Request",
    "Rule",
    "Script",
    "read_script",
]
