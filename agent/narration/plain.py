"""An engineer's words as everybody understands them, for whatever part tells people something; else as they were."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.tickets.rewrite import rewrite
from bot.errors import ModelError

if TYPE_CHECKING:
    from bot.llm.chain import Chain

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads it: in which language, what names may not come up by themselves, and whether it was said in private."""

    language: str
    names: Collection[str] = ()
    is_private: bool = False


async def plain(text: str, reader: Reader, *, model: "Chain | None", deadline: float, max_tokens: int) -> str:
    """The text in one or two plain sentences; the text itself where no model has any that can stand for it.

    Args:
        deadline: seconds that it may take.
    """
    if model is None:
        return text
    try:
        return await rewrite(
            text,
            language=reader.language,
            names=reader.names,
            model=model,
            deadline=deadline,
            max_tokens=max_tokens,
            is_private=reader.is_private,
        )
    except ModelError as error:
        log.info("said as it was", why=str(error))
        return text
