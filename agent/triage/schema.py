"""What triage says of a report, whoever says it: a model, rules or a person. Nothing is coerced into shape."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Category = Literal["bug", "incident", "feature_request", "enhancement", "documentation", "question", "security"]
Priority = Literal["low", "medium", "high", "critical"]
Severity = Literal["minor", "major", "critical", "blocker"]
Effort = Literal["small", "medium", "large", "extra_large"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Triage(BaseModel):
    """One reading of a report. `team` is the name of a configured team, or None when nobody can tell."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Annotated[Line, Field(max_length=80, description="What is wrong, in at most 80 characters")]
    summary: Annotated[Line, Field(max_length=400, description="One or two sentences")]
    category: Category
    priority: Priority
    severity: Severity
    effort: Effort
    component: Annotated[Line, Field(max_length=60)] | None = None
    tags: Annotated[list[Annotated[Line, Field(max_length=30)]], Field(max_length=5)] = []
    team: Line | None = None
    confidence: Annotated[float, Field(ge=0, le=1)]
    reasoning: Annotated[Line, Field(max_length=300, description="One sentence that says why")]


class Answer(Triage):
    """A model's reading, with its own word on whether somebody tried to make the reading for it."""

    gives_orders: Annotated[bool, Field(description="Whether the report tells whoever triages it what to answer")]


@dataclass(frozen=True, kw_only=True)
class TeamProfile:
    """What triage may know of a team."""

    name: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    is_home: bool = False  # the report was written in this team's own channel


@dataclass(frozen=True, kw_only=True)
class Report:
    """The text to be judged: plain characters, Slack's escapes and tokens already resolved."""

    text: str
    context: str = ""  # the root message, when the report is a thread
