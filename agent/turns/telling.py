"""What a specialist is told first of a request, within its budget of tokens, and how much room its step has in all."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.channels.settings import OWN, READS
from agent.kit.world import World
from agent.memory.budget import estimated, room
from agent.memory.context import Context, Material, NoRoomError
from agent.memory.fit import fitted
from agent.memory.pieces import Blocks, own_words, preferences
from agent.memory.snapshot import phase_line
from agent.memory.summary import as_block
from agent.turns.context import Seen
from bot.errors import ModelError
from bot.llm.port import Ask, Tool, user
from prompts import render

FINDINGS = 4_000  # tokens of a step that are kept for what its tools find, or a quarter of what rules and tools leave
LIMITS = {  # what a specialist is told where the channel has cut tools
    READS: "In this channel things may only be looked up: where more is wanted, say so, and name `channel show`.",
    OWN: "In this channel nothing may be written on GitHub: where that is wanted, say so, and name `channel show`.",
}


def room_of(world: World) -> int:
    """Tokens of all that one question of a step may hold."""
    server, wanted = world.settings.servers[0], world.settings.context_tokens
    return room(wanted, window=server.context_tokens, max_output=server.max_output_tokens or 2048)


def as_counted(tools: Sequence[Tool]) -> str:
    """Tools as a text that is as long as what is sent of them."""
    return "\n".join(f"{one.name} {one.description} {one.schema}" for one in tools)


def _added(said: Mapping[str, Any], fence: str) -> str:
    """What the asker said after their request, as it stands behind it."""
    words = own_words(said["text"], fence)
    return render("follow_up", text=words, is_edit=False, question=said.get("question", ""))


async def told(
    world: World,
    around: Seen,
    *,
    system: str,
    offered: Sequence[Tool],
    goal: str,
    done: Sequence[str],
    so_far: str,
    factor: float,
) -> Context:
    """What a specialist is told, within its budget of tokens.

    Args:
        offered: the tools that it may use.
        done: what was done before this step.
        so_far: what it has said already and goes on with, as a data block; else empty.
        factor: as `factor_in` finds it.

    Raises:
        ModelError: not even the request has room.
    """
    assert world.model is not None  # a turn with steps has one
    words = own_words(around.request, around.fence)
    asked = render(
        "specialist_request",
        now=around.now,
        asker=around.asker,
        place=around.place,
        about=around.about,
        done=done,
        limits=LIMITS.get(around.level, ""),
        request=words,
        goal=own_words(goal, around.fence),
        is_rewritten=around.is_rewritten,
    )
    material = Material(
        rules=system,
        tools=as_counted(offered),
        preferences=preferences(around.wishes, around.fence) if around.wishes else "",
        asked=asked,
        phase=phase_line(around.phase),
        snapshot=around.objects,
        follow_ups=(*(_added(one, around.fence) for one in around.since), *filter(None, [so_far])),
        thread=Blocks(around.said, around.voices, around.fence),
        summary=as_block(around.summary, around.fence) if around.summary else "",
        elsewhere=around.elsewhere,
    )
    limit, count = room_of(world), estimated(factor)
    if offered:
        limit -= max(min(FINDINGS, (limit - count(material.rules) - count(material.tools)) // 4), 0)

    async def counted(context: Context) -> int | None:
        assert world.model is not None
        ask = Ask(
            role="main",
            system=context.system,
            messages=(user(context.text),),
            max_tokens=1,
            tools=tuple(offered),
            is_private=around.is_private,
        )
        return await world.model.count(ask)

    try:
        return await fitted(material, limit=limit, factor=factor, exact=counted)
    except NoRoomError as error:
        raise ModelError(str(error)) from error
