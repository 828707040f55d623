"""Why a call to a provider failed, in words for the card, and whether and when another try can help."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bot.errors import ModelError, asked_wait
from prompts.words import fixed, say

TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # seconds, before the second try and at most; anything from none to that
# The request's own fault, or the provider's pace: says nothing about whether it is up.
NOT_ITS_FAULT = frozenset({400, 413, 422, 429})
PASSING = frozenset({408, 409, 429})
WORDS = {
    401: fixed("model refused the key"),
    403: fixed("model refused the key"),
    404: fixed("model is not known"),
    429: fixed("model rate limit"),
    529: fixed("model is overloaded"),
}
# What servers write when a question is longer than the model can read; there is no status for it.
TOO_LONG = ("prompt is too long", "context_length_exceeded", "context length", "exceed_context_size", "context window")
TIMED_OUT, UNREACHABLE = fixed("model timed out"), fixed("model is unreachable")
UNREADABLE, BROKE = fixed("model answer was unreadable"), fixed("model connection broke")
CUT_OFF = fixed("model answer was cut off")
BUSY = fixed("model is busy")


class FailedCallError(ModelError):
    """One call failed.

    Args:
        why: fits the card: no payload, no key, no request id.
        status: of HTTP; None when there was no answer to read.
        is_passing: another try may help.
        is_too_long: the question does not fit the model's context.
    """

    def __init__(
        self,
        why: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        is_passing: bool = True,
        is_too_long: bool = False,
        request_id: str | None = None,
    ) -> None:
        super().__init__(why)
        self.status, self.request_id = status, request_id
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        self.is_passing, self.is_too_long = is_passing, is_too_long


def refused(status: int, body: str, headers: Mapping[str, str], *, request_id: str | None) -> FailedCallError:
    """What an answer with an error status means; its body is looked at, never shown."""
    told = body.casefold()
    what = WORDS.get(status) or (fixed("model failed") if status >= 500 else fixed("model rejected the request"))
    return FailedCallError(
        f"{what} ({status})",
        status=status,
        headers=headers,
        is_passing=status in PASSING or status >= 500,
        is_too_long=status in {400, 413, 422} and any(words in told for words in TOO_LONG),
        request_id=request_id,
    )


def said(error: ModelError) -> str:
    """Why there is no answer, in the language that is spoken here; a status or a reason in brackets stays as it is."""
    why, bracket, rest = str(error).partition(" (")
    return f"{say(why)}{bracket}{rest}"


def wait_before(
    fault: FailedCallError, *, tried: int, chance: Callable[[], float] = random.random, now: datetime | None = None
) -> float | None:
    """Seconds until another try can help, with full jitter unless the provider says how long; None: none can.

    Args:
        tried: tries so far, from 1.
        chance: a number from 0 to 1.
    """
    if not fault.is_passing or tried >= TRIES:
        return None
    if fault.headers.get("retry-after"):
        return asked_wait(fault.headers, now=now or datetime.now(UTC))
    return chance() * min(FIRST_WAIT * 2.0 ** (tried - 1), LONGEST_WAIT)
