"""A label that its repository does not have is no label of an issue; GitHub would make a new one."""

import pytest

from agent.github.labels import check_labels
from bot.errors import UserError
from bot.sandbox.github import GitHubSandbox
from tests.agent.github.conftest import SHOP, Desk


async def test_only_those_that_are_there(github: GitHubSandbox, work: Desk) -> None:
    github.open_issue("bob", SHOP, title="x", labels=["urgent"])
    assert await check_labels(work.github, row=work.row, labels=["Urgent"]) == {}
    with pytest.raises(UserError, match=r"acme/shop has no label “urgnet”\. It has: .*urgent"):
        await check_labels(work.github, row=work.row, labels=["urgent", "urgnet"])
