"""Failures on cue: the next calls of a kind are refused, slowed, cut off or never answered."""

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import Literal

from bot.sandbox.github.refusals import ApiError

When = Literal["before", "after"]
Kind = Literal["status", "primary", "secondary", "slow", "hang", "reset"]
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
WORDS = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    410: "Issues are disabled for this repo",
    451: "Repository access blocked",
    502: "Server Error",
    503: "Service unavailable",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with calls such as `POST /repos/*/issues`, and whether the effect happens all the same.

    `status` answers with it, `primary` and `secondary` are the two rate limits (403 or 429 as `status` says, the
    secondary one with `retry_after` when that is given), `slow` answers after `seconds`, `hang` never answers, `reset`
    cuts the connection.
    """

    call: str = "*"
    kind: Kind = "status"
    status: int = 502
    retry_after: int | str | None = None  # seconds, or an HTTP date
    seconds: float = 1.0
    times: int = 1
    when: When = "before"

    def refusal(self, *, resets_at: float) -> ApiError:
        """The answer of a call that fails with one."""
        if self.kind == "primary":
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(resets_at))}
            return ApiError(self._limit_status, "API rate limit exceeded for installation.", headers=headers)
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        if self.kind == "secondary":
            return ApiError(self._limit_status, SECONDARY, headers=headers)
        return ApiError(self.status, WORDS.get(self.status, "Something went wrong"), headers=headers)

    @property
    def _limit_status(self) -> int:
        return self.status if self.status == 429 else 403


class Faults:
    """The faults still to happen, first planned first."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def take(self, call: str) -> Fault | None:
        """The fault for this call, if one is planned; it is used up."""
        for at, fault in enumerate(self.planned):
            if fnmatch(call, fault.call):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self.planned[at : at + 1] = left
                return fault
        return None
