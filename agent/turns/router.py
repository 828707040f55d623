"""Who works on a request: one small question to the model, read tolerantly; what nobody understands is only read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.guardrails.references import unknown, without
from agent.kit.grants import left_of
from agent.memory.budget import ROUTER_TOKENS, START, Counts, estimated, room
from agent.memory.context import Context, Material, NoRoomError, assemble
from agent.specialists import NAMED, READER, SPECIALISTS
from agent.specialists.specialist import Specialist
from bot.errors import ModelError
from bot.events import Actor
from bot.llm.checks import first_object
from bot.llm.port import PATIENCE, Ask, WrongAnswerError, user
from prompts import render

SECONDS = 10.0
MOST_STEPS = 5  # unless the settings say otherwise
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

    Attributes:
        about: the thread's ticket.
        linked: what else the thread is about, as kinds and numbers: `pull request acme/shop#88`.
        phase: where the work in the thread stands, as one word.
        thread: its last messages, as data blocks, the oldest first.
        open_to: the specialists that it may choose from.
        factor: how many tokens the model makes of 3 bytes.
        window: tokens that the model can read, where that is known.
    """

    request: str
    place: str
    about: str = ""
    linked: Sequence[str] = ()
    phase: str = ""
    thread: Sequence[str] = field(default_factory=tuple)
    open_to: Sequence[Specialist] = SPECIALISTS
    factor: float = START
    window: int | None = None


def open_ones(actor: Actor, *, origin: str, level: str) -> tuple[Specialist, ...]:
    """The specialists that words of this origin may lead to, but for those whose writes are all cut by the channel's
    level of tools or by the role of who asks: what is left of these is what the one who reads can do."""
    return tuple(one for one in SPECIALISTS if origin in one.origins and _can_work(one, actor, level))


def _can_work(one: Specialist, actor: Actor, level: str) -> bool:
    return not one.has_writes or any(not tool.is_read for tool in left_of(one.tools, actor=actor, level=level))


@dataclass(frozen=True, kw_only=True)
class Question:
    """The one question; `left_out`: what of it had no room."""

    ask: Ask
    left_out: tuple[str, ...] = ()


def question(heard: Heard, *, most: int = MOST_STEPS) -> Question:
    """The one question, within its own budget of tokens: of the thread the newest messages are kept.

    Args:
        most: steps that a request may have.

    Raises:
        ModelError: the model cannot even read the rules.
    """
    schema, system = _schema(heard.open_to, most), render("router", specialists=heard.open_to, most=most)
    told = _told(heard, system=system, schema=schema)
    ask = Ask(
        role="small",
        purpose="route",
        system=system,
        messages=(user(told.text),),
        max_tokens=MOST_TOKENS,
        schema=schema,
        read=lambda text: read_route(text, heard.open_to, most=most),
        deadline=SECONDS,
        patience=PATIENCE,
    )
    return Question(ask=ask, left_out=told.left_out)


def _told(heard: Heard, *, system: str, schema: dict[str, object]) -> Context:
    asked = render(
        "router_request",
        request=heard.request,
        place=heard.place,
        about=heard.about,
        linked=heard.linked,
        phase=heard.phase,
    )
    material = Material(rules=system, tools=str(schema), asked=asked, thread=heard.thread)
    limit = room(ROUTER_TOKENS, window=heard.window, max_output=MOST_TOKENS)
    try:
        return assemble(material, limit=limit, count=Counts(estimated(heard.factor)))
    except NoRoomError as error:
        raise ModelError(str(error)) from error


def _schema(open_to: Sequence[Specialist], most: int) -> dict[str, object]:
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
            "steps": {"type": "array", "items": step, "minItems": 1, "maxItems": most},
            "reason": {"type": "string"},
        },
        "required": ["steps", "reason"],
        "additionalProperties": False,
    }


def read_route(text: str, open_to: Sequence[Specialist], *, most: int = MOST_STEPS) -> Route:
    """A route out of an answer, which may stand in a fence or among other words: what it says besides is dropped, as
    are specialists that are not open to it, and steps beyond the most there may be.

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
    return Route(parts=tuple(parts[:most]), by="model", reason=str(found.get("reason") or "")[:LONGEST_GOAL])


def kept_to(route: Route, heard: Heard) -> Route:
    """The route, whose goals name no ticket, number, link or person that the router was not told of."""
    told = (heard.request, heard.place, heard.about, *heard.linked, *heard.thread)
    parts = tuple(replace(part, goal=without(part.goal, unknown(part.goal, told))) for part in route.parts)
    return replace(route, parts=parts)


def only(name: str, goal: str, *, by: str, reason: str = "") -> Route:
    """A route to one specialist; to the one that only reads, where there is none of this name."""
    return Route(parts=(Part(name if name in NAMED else READER, goal),), by=by, reason=reason)
