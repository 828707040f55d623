"""News of a pull request may come in any order: the mirror ends at its newest head."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from agent.desk import Desk
from agent.github.pulls import hear_pull
from bot.events import GitHubPull, GitHubRepository, PullEvent
from storage import pulls
from tests.agent.conftest import NOW

SHOP = GitHubRepository(github_id=9, full_name="acme/shop", host="github.com")
A, B, C = "a" * 40, "b" * 40, "c" * 40
LATER = NOW + timedelta(seconds=1)


def news(action: str, head: str, at: datetime, *, before: str | None = None) -> PullEvent:
    pull = GitHubPull(
        github_id=5,
        number=3,
        title="Fix",
        state="open",
        is_draft=False,
        author="bob",
        url="https://github.com/acme/shop/pull/3",
        head_ref="fix",
        head_sha=head,
        base_ref="main",
        updated_at=at,
    )
    return PullEvent(action=action, repository=SHOP, pull=pull, sender="bob", before=before)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_two_pushes_of_one_second_may_come_in_any_order(desk: Desk, order: Sequence[int]) -> None:
    told = (
        news("opened", A, NOW),
        news("synchronize", B, LATER, before=A),
        news("synchronize", C, LATER, before=B),
    )
    for number in order:
        await hear_pull(desk, told[number])
    known = await pulls.by_number(desk.tx, 1, 3)
    assert known
    assert known.head_sha == C


async def test_what_else_happens_within_that_second_is_heard(desk: Desk) -> None:
    await hear_pull(desk, news("opened", A, NOW))
    assert await hear_pull(desk, news("labeled", A, NOW)) == ""
