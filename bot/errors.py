"""What an error means: words for a person, another attempt, patience, a dead letter, or a bug."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from bot.messages import Button

Fault = Literal["transient", "throttled", "permanent", "uncertain", "bug"]

UNTOLD_SECONDS = 60.0  # the wait after a "not now" that does not say how long
LONGEST_WAIT = 3600.0
TRANSIENT_STATUS = {408, 409, 425}  # and all from 500
# What GitHub writes into a 403 that is about pace and not about permission.
PACE_WORDS = ("secondary rate limit", "abuse detection")


@dataclass(frozen=True)
class Verdict:
    """What an error means for the job that met it.

    transient: another attempt may help. throttled: wait, without counting an attempt. permanent: no attempt will help.
    uncertain: it may have been done, and nobody can tell. bug: nobody foresaw it. `after`: seconds the other side asked
    us to wait.
    """

    fault: Fault
    after: float | None = None


class UserError(Exception):
    """Shown to the person exactly as written, so it says what failed and names the next step.

    `buttons` are next steps that one press takes.
    """

    def __init__(self, text: str = "", *, buttons: tuple[Button, ...] = ()) -> None:
        super().__init__(text)
        self.buttons = buttons


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A permission that was lacking, as it goes on record: for which action on what, and who has it."""

    action: str
    kind: str  # of the object: ticket, team or workspace
    object_id: int
    who: str


class Refused(UserError):  # noqa: N818
    """It may not be done: not by this person, or not with this object as it is; the text says who could, or why.

    `denial`: it is the person.
    """

    def __init__(self, text: str, *, denial: Denial | None = None) -> None:
        super().__init__(text)
        self.denial = denial


class Stray(UserError):  # noqa: N818
    """It names what is not there for this person, or nothing that a message of ours could hold.

    Typed, that is a slip; from a button or a form it is old, or made up, and goes on record.
    """


class Undecided(UserError):  # noqa: N818
    """What was said may be several things, or is missing: the agent asks whoever asked, others read it as it stands.

    `slot` is what to ask for (agent/questions/slots.py); `choices` are pairs of a label and of words that say it.
    """

    def __init__(
        self,
        text: str,
        *,
        slot: str,
        choices: Iterable[tuple[str, str]] = (),
        buttons: tuple[Button, ...] = (),
    ) -> None:
        super().__init__(text, buttons=buttons)
        self.slot, self.choices = slot, tuple(choices)


class SettingsError(UserError):
    """A setting is missing or unusable; the text names the setting, the problem and an example."""


class Permanent(Exception):  # noqa: N818 - it reads as what it is: "raise Permanent"
    """Trying again cannot help: the job goes straight to the dead letters."""


class Uncertain(Permanent):
    """It may have been done, and that cannot be looked up: nobody repeats it blindly."""


class Ignored(Exception):  # noqa: N818
    """There is nothing in this job for us to do; the text says why."""


class OutsideError(Exception):
    """Another service did not do what it was asked; each service's own error says what that means."""

    @property
    def verdict(self) -> Verdict:
        return Verdict("transient")


class TryLater(OutsideError):  # noqa: N818
    """The outside world asked for patience.

    Args:
        after: seconds to wait before the next attempt; None leaves it to the worker.
    """

    def __init__(self, why: str, *, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after

    @property
    def verdict(self) -> Verdict:
        return Verdict("throttled", self.after)


@dataclass(eq=False)
class CallError(OutsideError):
    """One call to Slack or GitHub did not work.

    `retry_after`: seconds to wait; it had no effect and is nobody's fault. `is_final`: no use to try again.
    `is_uncertain`: it may have had its effect.
    """

    code: str
    retry_after: float | None = None
    is_final: bool = False
    is_uncertain: bool = False

    def __str__(self) -> str:
        return self.code

    @property
    def verdict(self) -> Verdict:
        if self.is_final:
            return Verdict("permanent")
        return Verdict("transient") if self.retry_after is None else Verdict("throttled", self.retry_after)


class ModelError(OutsideError):
    """The language model gave nothing usable: down, slow, cut off, refused or malformed. Rules take over.

    `word` names the kind of failure for metrics, where the text does not.
    """

    word = ""


class ModelBusyError(ModelError):
    """All that may call it at the moment do; in `after` seconds it may be this one's turn."""

    word = "is_busy"

    def __init__(self, why: str, *, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after

    @property
    def verdict(self) -> Verdict:
        return Verdict("throttled", self.after)


class BudgetError(ModelError):
    """A budget has no room for the call, or nobody can tell whether it has."""

    word = "no_budget"


# Libraries' errors by name: to import SQLAlchemy for its errors would make `--help` wait for it.
FAULTS: Mapping[str, Fault] = {
    "builtins.ConnectionError": "transient",
    "builtins.TimeoutError": "transient",
    "socket.gaierror": "transient",
    "aiohttp.client_exceptions.ClientError": "transient",
    "httpx.TransportError": "transient",
    "sqlalchemy.exc.OperationalError": "transient",  # locked, full, restarted, could not serialize
    "sqlalchemy.exc.InterfaceError": "transient",  # the connection is gone
    "sqlalchemy.exc.InternalError": "transient",  # the server gave the transaction up
    "sqlalchemy.exc.TimeoutError": "transient",  # no connection was free
    "bot.errors.UserError": "permanent",
    "bot.errors.Uncertain": "uncertain",
    "bot.errors.Permanent": "permanent",
}


def classify(error: BaseException) -> Verdict:
    """What an error that ended a job means; whatever nobody foresaw is a bug."""
    if isinstance(error, OutsideError):
        return error.verdict
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:  # a task group's only failure
        return classify(error.exceptions[0])
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return Verdict(next((FAULTS[name] for name in names if name in FAULTS), "bug"))


def classify_answer(status: int, headers: Mapping[str, str], *, now: datetime, text: str = "") -> Verdict:
    """What an HTTP answer that is no success means.

    Args:
        text: the body, as far as it was read: GitHub says only there why it answers 403.
    """
    known = {name.lower(): value for name, value in headers.items()}
    if status == 429 or (status == 403 and _is_about_pace(known, text)):
        return Verdict("throttled", asked_wait(known, now=now))
    if status in TRANSIENT_STATUS or status >= 500:
        return Verdict("transient", asked_wait(known, now=now) if "retry-after" in known else None)
    return Verdict("permanent" if status >= 400 else "bug")


def _is_about_pace(headers: Mapping[str, str], text: str) -> bool:
    if "retry-after" in headers or headers.get("x-ratelimit-remaining", "").strip() == "0":
        return True
    return any(words in text.lower() for words in PACE_WORDS)


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> float:
    """Seconds from now until we may ask again, by lower-case headers: Retry-After, else when a used-up limit ends."""
    wait = _seconds_or_date(headers.get("retry-after", "").strip(), now)
    if wait is None and headers.get("x-ratelimit-remaining", "0").strip() == "0":  # else it was another limit
        wait = _epoch(headers.get("x-ratelimit-reset", "").strip(), now)
    if wait is None:
        return UNTOLD_SECONDS
    return min(max(wait, 1.0), LONGEST_WAIT)  # a zero would be asked again at once, for ever


def _seconds_or_date(value: str, now: datetime) -> float | None:
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()


def _epoch(value: str, now: datetime) -> float | None:
    return float(value) - now.timestamp() if value.isdecimal() else None
