"""What an argument of a tool is: how it is written, and where its ground is looked for."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

Sort = Literal["ticket", "person", "team", "repository", "number", "time", "words", "choice"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A string argument. `pattern` is what the whole of it has to fit; nothing of it may break a command line.

    `least`: how many of them a list has at least.
    """

    sort: Sort
    pattern: str
    longest: int
    least: int = 1


_LINE = r"^[^\n\r`]*\S[^\n\r`]*$"
TicketName: TypeAlias = Annotated[str, Kind(sort="ticket", pattern=r"^(CH-\d{1,9}|this)$", longest=20)]
_PERSON = r"^(me|<@[UW][A-Z0-9]{2,20}>|@?[^\W_][\w.\-' ]{0,79})$"
PersonName: TypeAlias = Annotated[str, Kind(sort="person", pattern=_PERSON, longest=80)]
PersonIfAny: TypeAlias = Annotated[str, Kind(sort="person", pattern=_PERSON, longest=80, least=0)]
LabelIfAny: TypeAlias = Annotated[
    str, Kind(sort="choice", pattern=r"^[^\n\r`,]*[^\s`,][^\n\r`,]*$", longest=50, least=0)
]
TeamName: TypeAlias = Annotated[str, Kind(sort="team", pattern=r"^[^\n\r`:<>]{1,80}$", longest=80)]
Moment: TypeAlias = Annotated[str, Kind(sort="time", pattern=_LINE, longest=80)]
Words: TypeAlias = Annotated[str, Kind(sort="words", pattern=r"\S", longest=3000)]
Line: TypeAlias = Annotated[str, Kind(sort="words", pattern=_LINE, longest=300)]
# Nothing of it stands in a command line.
LineThere: TypeAlias = Annotated[str, Kind(sort="words", pattern=r"^[^\n\r]*\S[^\n\r]*$", longest=300)]
Query: TypeAlias = Annotated[str, Kind(sort="words", pattern=_LINE, longest=200)]
RepositoryName: TypeAlias = Annotated[
    str, Kind(sort="repository", pattern=r"^(here|[A-Za-z0-9][\w.-]{0,99}(/[\w.-]{1,100})?)$", longest=201)
]
