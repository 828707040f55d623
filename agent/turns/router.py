"""Who works on a request: one small question to the model, read tolerantly; what nobody understands is only read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.specialists import NAMED, READER, SPECIALISTS
from agent.specialists.specialist import Specialist
from bot.llm.checks import first_object
from bot.llm.port import Ask, WrongAnswerError, user
from prompts import render

SECONDS = 10.0
MOST_STEPS = 5
MOST_TOKENS = 300
LONGEST_GOAL = 300
UNREADABLE = "no valid answer of the router"


@dataclass(frozen=True)
class Part:
    """What one specialist does of a request. `needs`: what the parts before it do must be done first."""

    specialist: str
    goal: str
    needs: bool = True


@dataclass(frozen=True, kw_only=True)
class Route:
    """`by`: who decided: asker, rules or model."""

    parts: tuple[Part, ...]
    by: str
    reason: str = ""

    def stored(self) -> dict[str, object]:
        """As a turn keeps it."""
        steps = [{"specialist": part.specialist, "goal": part.goal, "needs": part.needs} for part in self.parts]
        return {"by": self.by, "reason": self.reason, "steps": steps}


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the router is told: the asker's words, and of all else only kinds and numbers.

    `thread` are the last messages of the thread, as data blocks.
    """

    request: str
    place: str
    about: str = ""
    thread: Sequence[str] = field(default_factory=tuple)


def question(heard: Heard, *, origin: str = "person") -> Ask:
    """The one question, of those specialists that this origin's words may lead to."""
    open_to = [one for one in SPECIALISTS if origin in one.origins]
    prompt = render("router_request", request=heard.request, place=heard.place, about=heard.about, thread=heard.thread)
    return Ask(
        role="small",
        purpose="route",
        system=render("router", specialists=open_to),
        messages=(user(prompt),),
        max_tokens=MOST_TOKENS,
        schema=_schema(open_to),
        read=lambda text: read_route(text, open_to),
        deadline=SECONDS,
    )


def _schema(open_to: Sequence[Specialist]) -> dict[str, object]:
    step = {
        "type": "object",
        "properties": {
            "specialist": {"enum": [one.name for one in open_to]},
            "goal": {"type": "string"},
            "needs": {"type": "boolean"},
        },
        "required": ["specialist", "goal", "needs"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "steps": {"type": "array", "items": step, "minItems": 1, "maxItems": MOST_STEPS},
            "reason": {"type": "string"},
        },
        "required": ["steps", "reason"],
        "additionalProperties": False,
    }


def read_route(text: str, open_to: Sequence[Specialist]) -> Route:
    """A route out of an answer: what it says besides is dropped, as are specialists that are not open to it.

    Raises:
        WrongAnswerError: nothing is left.
    """
    found = first_object(text) or {}
    steps = found.get("steps")
    names = {one.name for one in open_to}
    parts = [
        Part(step["specialist"], str(step.get("goal") or "")[:LONGEST_GOAL], step.get("needs") is not False)
        for step in (steps if isinstance(steps, list) else [])
        if isinstance(step, dict) and step.get("specialist") in names
    ]
    if not parts:
        known = ", ".join(sorted(names))
        raise WrongAnswerError(f'Answer with {{"steps": [{{"specialist", "goal"}}], "reason"}}; specialists: {known}.')
    return Route(parts=tuple(parts[:MOST_STEPS]), by="model", reason=str(found.get("reason") or "")[:LONGEST_GOAL])


def only(name: str, goal: str, *, by: str, reason: str = "") -> Route:
    """A route to one specialist; to the one that only reads, where there is none of this name."""
    return Route(parts=(Part(name if name in NAMED else READER, goal),), by=by, reason=reason)
