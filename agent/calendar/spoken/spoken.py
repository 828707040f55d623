"""What words say of a moment, before it is known what day it is: a span, a day, a time, a repetition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.errors import UserError

DayOf = Callable[[date], date]  # today -> the day that is meant


class Unclear(UserError):  # noqa: N818
    """The words may mean several moments. `choices` are what to ask: a label, and words that are clear.

    These take the place of `replaces`, or of all that was said.
    """

    def __init__(self, text: str, *choices: tuple[str, str], replaces: str = "") -> None:
        super().__init__(text)
        self.choices = choices
        self.replaces = replaces

    def instead_of(self, words: str) -> list[tuple[str, str]]:
        """Each choice with its label, as the whole of what was said would say it."""
        return [
            (label, words.replace(self.replaces, choice, 1) if self.replaces else choice)
            for label, choice in self.choices
        ]


class Wrong(UserError):  # noqa: N818
    """Words that look like a piece of a moment, and are none. `said` is the piece that they look like.

    Whoever reads the whole line raises it, where these words are the time that was meant, and not text.
    """

    def __init__(self, text: str, **said: Any) -> None:
        super().__init__(text)
        self.said = said


@dataclass(frozen=True)
class Clock:
    """A time of day. One that is not exact may be twelve hours later; `is_end` is 24:00, with which a day ends."""

    hour: int
    minute: int
    is_exact: bool
    words: str = ""
    is_end: bool = False


@dataclass(frozen=True)
class Span:
    """How long from now. Minutes pass on any clock; days, working days and months keep the time on the wall."""

    minutes: int = 0
    days: int = 0
    workdays: int = 0
    months: int = 0


@dataclass(frozen=True)
class Repeat:
    """How often, as the body of an RRULE without its end. `is_workdays`: days off and absences are left out."""

    rule: str
    is_workdays: bool = False


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """All that was said, each at most once."""

    span: Span | None = None
    day: DayOf | None = None
    is_today: bool = False
    clock: Clock | None = None
    part: str = ""
    repeat: Repeat | None = None
    until: DayOf | None = None
    times: int | None = None
    start: DayOf | None = None
    wrong: Wrong | None = None

    @property
    def is_moment(self) -> bool:
        """Whether it says when at all, and says nothing that contradicts itself."""
        if self.repeat:
            return self.span is None and self.day is None
        if self.until or self.times or self.start or (self.span and self.day):
            return False
        if self.span and self.span.minutes and (self.clock or self.part):
            return False
        return bool(self.span or self.day or self.clock or self.part)
