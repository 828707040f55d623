"""What each model of the chain can do, tried with a few tokens: call a tool, keep to a schema, or neither."""

import asyncio
from dataclasses import dataclass, replace

from bot.errors import ModelError
from bot.llm.faults import FailedCallError
from bot.llm.modes import object_of, read
from bot.llm.port import Ask, Reply, Tool, WrongAnswerError, user
from bot.llm.provider import Provider, Tally
from bot.settings.providers import Mode

SECONDS = 60.0  # for one question: a model on a small machine may have to be loaded first
REACH_SECONDS = 10.0
TOKENS = 200
NOTE = Tool(
    name="note",
    description="Writes a word down.",
    schema=object_of({"word": {"type": "string", "enum": ["red", "green"]}}),
)
BY_TOOL = Ask(
    purpose="llm check",
    system="Purpose: capabilities, tools.\nYou call the tool that you are asked to call.",
    messages=(user("Call the tool `note` with the word red."),),
    tools=(NOTE,),
    max_tokens=TOKENS,
    deadline=SECONDS,
)
# It does not speak of JSON: who answers with JSON all the same was made to by the server.
BY_SCHEMA = Ask(
    purpose="llm check",
    system="Purpose: capabilities, schema.\nYou answer in one short sentence.",
    messages=(user("Which colour does a ripe tomato have?"),),
    schema=object_of({"colour": {"type": "string", "enum": ["red", "green"]}}),
    max_tokens=TOKENS,
    deadline=SECONDS,
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Of one model of one provider.

    Attributes:
        roles: what it is asked for.
        is_listed: whether its server lists it; None: the server did not say.
        can_call, keeps_schema: None where the trial failed, and then `problem` says why.
        tokens: that the trial took.
    """

    provider: str
    kind: str
    model: str
    roles: tuple[str, ...]
    is_listed: bool | None
    can_call: bool | None = None
    keeps_schema: bool | None = None
    problem: str = ""
    tokens: int = 0

    @property
    def mode(self) -> Mode | None:
        """How it is best asked; None when that is not known."""
        if self.can_call is None or self.keeps_schema is None:
            return None
        return "native" if self.can_call else "json_schema" if self.keeps_schema else "none"


async def listed(provider: Provider) -> list[str]:
    """The models of a server, by a call that costs nothing.

    Raises:
        ModelError: nobody answers there, or not to this key.
    """
    try:
        async with asyncio.timeout(REACH_SECONDS):
            return await provider.wire.models()
    except TimeoutError:
        raise ModelError("model timed out") from None


async def tried(provider: Provider) -> list[Found]:
    """Each model of a provider, after two short questions, one after the other: small machines have one slot."""
    try:
        known, problem = await listed(provider), ""
    except ModelError as why:
        known, problem = [], str(why)
    found = []
    for model in provider.server.model_ids:
        roles = tuple(role for role, name in provider.server.models.items() if name == model)
        one = Found(
            provider=provider.server.name,
            kind=provider.server.kind,
            model=model,
            roles=roles,
            is_listed=is_listed(model, known) if known else None,
            problem=problem,
        )
        # A list that cannot be had is no reason to give up: some servers have none.
        found.append(await _tried(provider, one))
    return found


def is_listed(model: str, known: list[str]) -> bool:
    """Whether a server lists a model; Ollama leaves `:latest` to whoever reads."""
    return model in known or f"{model}:latest" in known


async def _tried(provider: Provider, one: Found) -> Found:
    tally = Tally()
    try:
        called = await _reply(provider, BY_TOOL, one.model, tally)
        answered = await _reply(provider, BY_SCHEMA, one.model, tally)
    except ModelError as why:
        return replace(one, problem=str(why), tokens=tally.usage.total)
    return replace(
        one,
        can_call=called is not None and _calls_note(called),
        keeps_schema=answered is not None and _keeps_schema(answered),
        problem="",
        tokens=tally.usage.total,
    )


async def _reply(provider: Provider, ask: Ask, model: str, tally: Tally) -> Reply | None:
    """What a model says to a question as it is; None when its server does not take such a question."""
    until = asyncio.get_running_loop().time() + ask.deadline
    try:
        return await provider.call(ask, model=model, until=until, tally=tally)
    except FailedCallError as fault:
        if fault.status in {400, 422, 500, 501}:  # as servers say of what their model or template cannot do
            return None
        raise


def _calls_note(reply: Reply) -> bool:
    return any(call.name == NOTE.name and not call.problem for call in read(BY_TOOL, "native", reply).calls)


def _keeps_schema(reply: Reply) -> bool:
    try:
        read(BY_SCHEMA, "native", reply)
    except WrongAnswerError:
        return False
    return True
