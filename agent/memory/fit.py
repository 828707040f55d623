"""A context that fits a model's window: by estimate, and near the limit by one count of the provider."""

from collections.abc import Awaitable, Callable

from agent.memory.budget import Counts, estimated, is_close
from agent.memory.context import Context, Material, assemble

SPARE = 1.02  # of what was counted once, for what is not counted again


async def fitted(
    material: Material, *, limit: int, factor: float, exact: Callable[[Context], Awaitable[int | None]] | None = None
) -> Context:
    """The context, with at most one count.

    Args:
        limit: from `budget.room`.
        factor: of the model that is asked, from `factors`.
        exact: tokens of it all as the provider counts them, or None where it does not; asked only near the limit.

    Raises:
        NoRoomError: as `assemble`.
    """
    context = assemble(material, limit=limit, count=Counts(estimated(factor)))
    if exact is None or not is_close(context.tokens, limit):
        return context
    counted = await exact(context)
    if counted is None or counted <= limit:
        return context
    return assemble(material, limit=limit, count=Counts(estimated(factor * SPARE * counted / context.tokens)))
