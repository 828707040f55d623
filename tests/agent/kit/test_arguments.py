"""What has to be said by the asker: a repository and a number on GitHub together, "this" as the ticket that it is."""

import pytest

from agent.desk import Desk
from agent.github.which import HERE
from agent.kit.arguments import THIS, completed, grounds_of
from agent.kit.use import Use
from agent.specialists import TOOLS
from agent.turns.grounds import Argument, Words
from bot.llm.port import Call
from storage.turns import Turn

COMMENT = TOOLS["comment_github"]
ON_12 = {"repository": HERE, "number": 12, "text": "so it is"}


@pytest.mark.parametrize(
    ("repository", "number"),
    [("acme/shop", Argument("number", "acme/shop#12")), ("", Argument("number", "12"))],
    ids=["where it is written", "anywhere"],
)
async def test_a_number_is_looked_for_with_its_repository(desk: Desk, repository: str, number: Argument) -> None:
    found = await grounds_of(desk, COMMENT, ON_12, this="", repository=repository)
    assert (found["number"], found["text"]) == (number, Argument("text", "so it is"))
    assert found["repository"] == Argument("repository", "acme/shop#12" if repository else HERE)


async def test_this_is_the_ticket_that_it_means(desk: Desk) -> None:
    asked = {"ticket": THIS, "text": THIS}
    assert await completed(desk, TOOLS["comment_ticket"], asked, me="UBO", this="CH-4") == asked | {"ticket": "CH-4"}
    assert await completed(desk, TOOLS["comment_ticket"], asked, me="UBO") == asked


def test_a_repository_is_looked_for_in_the_words_of_the_use() -> None:
    call = Call(id="1", name=COMMENT.name, arguments=ON_12)
    use = Use(turn=Turn(id=1), step=1, model_call=1, call=call, words=Words(texts=("on #12",)), thread_ticket=None)
    assert (use.asked.texts, use.asked.number) == (("on #12",), 12)
