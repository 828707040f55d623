"""How well a model says who works on what rules leave to it: each such line is asked as the router asks it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.specialists import SPECIALISTS
from agent.turns import router
from agent.turns.trial import Line, Route, route
from bot.errors import ModelError, UserError
from bot.llm.chain import Chain
from bot.llm.port import Answer

OPEN = tuple(one for one in SPECIALISTS if "person" in one.origins)


@dataclass(kw_only=True)
class Read:
    """What came of each line, and what that took; `usd` is None where the model has no price."""

    routes: list[Route] = field(default_factory=list)
    asked: int = 0
    tokens: int = 0
    usd: float | None = 0.0


async def read_all(lines: Sequence[Line], model: Chain) -> Read:
    """Each line as a message is read: control words, the grammar, rules, and then the model.

    Raises:
        UserError: the model answered none of them.
    """
    total, together = Read(), asyncio.Semaphore(model.providers[0].server.concurrency)

    async def one(line: Line) -> Route:
        started = time.thread_time()
        if (found := route(line)).is_decided:
            return found._replace(seconds=time.thread_time() - started)
        async with together:
            return await _asked(line, model, total)

    total.routes = list(await asyncio.gather(*(one(line) for line in lines)))
    failed = [one.problem for one in total.routes if one.problem]
    if total.asked and len(failed) == total.asked:
        raise UserError(f"{model.providers[0].server.name} answered nothing ({failed[0]}): `llm check` says more.")
    return total


async def _asked(line: Line, model: Chain, total: Read) -> Route:
    heard = router.Heard(
        request=line.text,
        place="a direct message" if line.is_dm else "the channel #ops",
        about=line.ticket,
        phase=line.phase,
        open_to=OPEN,
        window=model.providers[0].server.context_tokens,
    )
    total.asked += 1
    started = time.monotonic()
    try:
        answer = await model.ask(router.question(heard).ask)
    except ModelError as error:
        return Route("model", problem=str(error), seconds=time.monotonic() - started)
    _add(total, answer)
    assert isinstance(answer.parsed, router.Route)  # as `read` of the question makes it
    names = tuple(part.specialist for part in answer.parsed.parts)
    return Route("model", specialists=names, seconds=time.monotonic() - started)


def _add(total: Read, answer: Answer) -> None:
    total.tokens += answer.usage.total
    total.usd = None if total.usd is None or answer.cost is None else total.usd + answer.cost
