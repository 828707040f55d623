"""What managers want in a channel counts there, is shown with whose word it is, and never gives more rights."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent.channels import settings as channels
from agent.channels.shown import shown
from agent.channels.wishes import WISHES
from agent.desk import Desk
from agent.github.which import HERE, repository_for
from agent.people.admit import actor_of
from bot.errors import Refused, UserError
from bot.settings.kinds import Approvals
from storage import people
from storage.repositories import Repository
from tests.agent.conftest import NOW


async def manager(desk: Desk) -> Desk:
    """Bo's desk, which may ask GitHub, where two repositories are connected."""
    for number, name in enumerate(("shop", "site"), 1):
        values = {"github_id": number, "host": "github.com", "full_name": f"acme/{name}"}
        desk.tx.add(Repository(workspace_id="T1", created_at=NOW, **values))
    await desk.tx.flush()
    bo = await actor_of(desk.tx, await people.the(desk.tx, "T1", "UBO"))
    settings = desk.settings.model_copy(update={"github_token": SecretStr("x")})
    return replace(desk, actor=bo, settings=settings)


async def test_a_channels_repository_is_meant_where_none_is_named(desk: Desk) -> None:
    bo = await manager(desk)
    with pytest.raises(UserError):
        await repository_for(bo, HERE, ticket_id=None)
    await WISHES["repo"](bo, "C1", "site")
    assert (await repository_for(bo, HERE, ticket_id=None)).row.full_name == "acme/site"
    assert "• repository: acme/site (set here by @bo)" in await shown(bo, "C1")
    await WISHES["repo"](bo, "C1", "default")
    assert "• repository: none (`channel repo` sets one)" in await shown(bo, "C1")


@pytest.mark.parametrize(
    ("workspace", "said", "counts"),
    [
        ("balanced", "strict", "strict"),
        ("open", "balanced", "balanced"),
        ("open", "default", "open"),
        ("strict", "strict", "strict"),
    ],
)
async def test_approvals_of_a_channel_are_stricter_or_as_everywhere(
    desk: Desk, workspace: Approvals, said: str, counts: str
) -> None:
    bo = await manager(desk)
    bo = replace(bo, settings=bo.settings.model_copy(update={"approvals": workspace}))
    await WISHES["approvals"](bo, "C1", said)
    assert await channels.approvals_in(bo, "C1") == counts


async def test_a_workspace_that_got_stricter_counts(desk: Desk) -> None:
    bo = await manager(desk)
    await WISHES["approvals"](
        replace(bo, settings=bo.settings.model_copy(update={"approvals": "open"})), "C1", "balanced"
    )
    strict = replace(bo, settings=bo.settings.model_copy(update={"approvals": "strict"}))
    assert await channels.approvals_in(strict, "C1") == "strict"
    assert "• approvals: `strict` (CHARGEHAND_APPROVALS)" in await shown(strict, "C1")


async def test_bots_are_let_in_and_out_by_admins(desk: Desk) -> None:
    bo = await manager(desk)
    with pytest.raises(Refused):
        await WISHES["bots"](bo, "C1", "allow B0ONE")
    admin = replace(bo, actor=replace(bo.asker, is_admin=True))
    await WISHES["bots"](admin, "C1", "allow b0one B0TWO")
    assert await channels.bots_in(desk.tx, "C1") == {"B0ONE", "B0TWO"}
    await WISHES["bots"](admin, "C1", "deny B0ONE, B0TWO")
    assert await channels.bots_in(desk.tx, "C1") == frozenset()
    with pytest.raises(UserError, match="the bot's id begins with B"):
        await WISHES["bots"](admin, "C1", "allow @alerts")
    with pytest.raises(UserError, match="At most 20 bots"):
        await WISHES["bots"](admin, "C1", "allow " + " ".join(f"B{number:04}" for number in range(21)))


@pytest.mark.parametrize("words", list(WISHES))
async def test_who_manages_nothing_here_changes_nothing(desk: Desk, words: str) -> None:
    lines: dict[str, Sequence[str]] = {"bots": ["allow B0ONE"], "follow": ["all"], "tools": ["read"]}
    with pytest.raises(Refused):
        await WISHES[words](desk, "C1", lines.get(words, ["strict"])[0])
