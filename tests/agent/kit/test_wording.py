"""What a model writes for GitHub is made harmless before anybody is asked; other tools keep its words."""

import pytest

from agent.desk import Desk
from agent.kit.wording import as_written
from agent.specialists import TOOLS
from bot.errors import UserError

PICTURE = "![x](https://evil.example/a.png?d=1)"


async def test_a_body_a_title_and_a_goal_are_made_harmless(desk: Desk) -> None:
    given = {
        "repository": "acme/shop",
        "title": "ask @bob [x]",
        "text": f"{PICTURE}see https://a.example",
        "labels": [],
    }
    assert await as_written(desk, TOOLS["create_issue"], given, asked="look at https://a.example") == given | {
        "title": "ask `@bob` [x]",
        "text": "see <https://a.example>",
    }
    told = {"goal": f"fix {PICTURE} it", "body": "[ok](https://evil.example)\n\n/close", "plan_only": True}
    assert await as_written(desk, TOOLS["delegate"], told, asked="") == told | {
        "goal": "fix  it",
        "body": "ok (evil\\[.\\]example)\n\n`/close`",
    }
    assert await as_written(desk, TOOLS["comment_ticket"], {"words": PICTURE}, asked="") == {"words": PICTURE}


@pytest.mark.parametrize(("text", "why"), [(PICTURE, "pictures are left out"), ("<" * 3000, "too long to be shown")])
async def test_what_cannot_be_shown_or_written_is_refused(desk: Desk, text: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        await as_written(desk, TOOLS["comment_github"], {"text": text}, asked="")
