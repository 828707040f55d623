"""What `doctor` found in one place: fine, off, at risk, or the reason why no report becomes a ticket."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "off", "warn", "fail"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`off` is a feature without its setting; `fail` stops the main job. All but `ok` name the next step."""

    what: str
    state: State
    says: str
    next_step: str = ""


def ok(what: str, says: str) -> Finding:
    return Finding(what=what, state="ok", says=says)


def off(what: str, says: str, next_step: str) -> Finding:
    return Finding(what=what, state="off", says=says, next_step=next_step)


def warn(what: str, says: str, next_step: str) -> Finding:
    return Finding(what=what, state="warn", says=says, next_step=next_step)


def fail(what: str, says: str, next_step: str) -> Finding:
    return Finding(what=what, state="fail", says=says, next_step=next_step)
