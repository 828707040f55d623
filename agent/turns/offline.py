"""What can be looked up without a model: why the checks of a pull request fail, as their log has it."""

from agent.commands.named import thread_ticket
from agent.desk import Desk
from agent.github.ci import why_ci_fails
from agent.github.failing import words_of
from agent.github.which import HERE, Asked, Which, repository_for
from agent.kit.world import World
from agent.memory.about import about_thread
from agent.turns.hearing.failing import PullSaid, asks_why_ci_fails, pull_said
from bot.errors import UserError
from bot.github.failures import CallFailed
from bot.messages import escape
from storage.turns import Turn


async def is_known(desk: Desk, text: str) -> bool:
    """Whether a message can be answered like that."""
    return asks_why_ci_fails(text) and await _pull_meant(desk, text) is not None


async def looked_up(world: World, turn: Turn) -> str:
    """The answer as Slack reads it; empty where it is no such question."""
    if not asks_why_ci_fails(turn.text):
        return ""
    async with world.reading() as desk:
        meant = await _pull_meant(desk, turn.text)
        if meant is None:
            return ""
        try:
            which = await _which(desk, meant, turn.text)
        except UserError as problem:
            return str(problem)
    try:
        return escape(await why_ci_fails(world.github.for_a_person(), which.row, meant.number))
    except CallFailed as failed:
        return words_of(failed, f"{which.row.full_name}#{meant.number}")


async def _which(desk: Desk, meant: PullSaid, text: str) -> Which:
    ticket = await thread_ticket(desk)
    ticket_id = ticket.id if ticket and await desk.sees(ticket) else None
    asked = Asked(texts=[text], number=meant.number)
    return await repository_for(desk, meant.repository or HERE, ticket_id=ticket_id, asked=asked)


async def _pull_meant(desk: Desk, text: str) -> PullSaid | None:
    """The one that is named, else the one that the thread is about."""
    if said := pull_said(text):
        return said
    place = desk.place
    if place is None:
        return None
    pull = (await about_thread(desk, place.channel_id, place.thread_ts or "")).pull
    return PullSaid(number=pull[0].number, repository=pull[1].full_name) if pull else None
