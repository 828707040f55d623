"""How many tokens a model makes of 3 bytes, as its answers have told so far, known to all processes."""

from datetime import datetime

from agent.memory.budget import START, corrected
from bot.llm.port import Answer, Ask
from storage import llm_state
from storage.database import Tx


def _named(model: str) -> str:
    return f"tokens:{model}"


async def factor_of(tx: Tx, workspace_id: str, provider: str, model: str) -> float:
    """The factor of a model, for `budget.estimated`."""
    known = await llm_state.get(tx, workspace_id, provider, _named(model))
    return float((known or {}).get("factor", START))


async def learn(tx: Tx, workspace_id: str, ask: Ask, answer: Answer, *, now: datetime) -> None:
    """Correct it by what a call took; of one that took several tries, or was not counted there, nothing is learned."""
    if answer.attempts != 1 or answer.is_cached or answer.usage.is_estimated or answer.mode != "native":
        return
    factor = await factor_of(tx, workspace_id, answer.provider, answer.model)
    after = round(corrected(factor, ask, used=answer.usage.input), 3)
    if after != factor:
        about = (workspace_id, answer.provider, _named(answer.model))
        await llm_state.put(tx, *about, {"factor": after}, now=now)
