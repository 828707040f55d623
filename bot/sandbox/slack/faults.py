"""Failures on cue: the next calls of a method are refused, slowed, broken or never answered."""

from dataclasses import dataclass, replace
from typing import Literal

When = Literal["before", "after"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with calls of a method (`*` is any), and whether the effect happens all the same.

    `hang` gives no answer at all, so that the client times out. `channel` is an id; None is any channel.
    """

    method: str = "*"
    error: str = "internal_error"
    status: int = 200
    retry_after: int = 1  # seconds
    times: int = 1
    when: When = "before"
    hang: bool = False
    channel: str | None = None

    def fits(self, method: str, where: str) -> bool:
        """Whether a call with this channel is the one to fail."""
        return self.method in ("*", method) and self.channel in (None, where)


class Faults:
    """The faults still to happen, first planned first."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def take(self, method: str, where: str) -> Fault | None:
        """The fault for this call, if one is planned; it is used up."""
        for at, fault in enumerate(self.planned):
            if fault.fits(method, where):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self.planned[at : at + 1] = left
                return fault
        return None
