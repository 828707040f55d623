"""A bug of ours in a tool ends that one use and not the request: its traceback is in the log under its own name."""

import secrets

import structlog

from bot.errors import UserError, classify
from storage.queue import LostLeaseError

PASSING = {"transient", "throttled"}  # faults after which the whole piece of work is tried again
log = structlog.get_logger(__name__)


def is_bug(error: Exception) -> bool:
    """Whether it is ours: it was not foreseen, may not pass, and nobody else has the work in hand now."""
    return not isinstance(error, UserError | LostLeaseError) and classify(error).fault not in PASSING


def logged(*, turn: str, tool: str) -> str:
    """The name, as E-1a2b3c4d, that the error which is being handled has in the log from now on."""
    name = f"E-{secrets.token_hex(4)}"
    log.exception("tool failed", turn=turn, tool=tool, error_id=name)
    return name
