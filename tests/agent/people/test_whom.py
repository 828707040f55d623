"""A person is found by name, or by a login that is proven to be theirs; nobody is made up."""

import pytest

from agent.desk import Desk
from agent.kit.arguments import completed
from agent.people.whom import Ambiguous, person_named
from agent.specialists import TOOLS
from bot.errors import Undecided, UserError
from storage import people
from storage.identities import CLAIMED, VERIFIED, Identity, State
from storage.people import Person


async def add(desk: Desk, name: str, slack_id: str) -> Person:
    person = Person(workspace_id="T1", slack_id=slack_id, name=name, created_at=desk.now, refreshed_at=desk.now)
    desk.tx.add(person)
    await desk.tx.flush()
    return person


async def login(desk: Desk, slack_id: str, shown: str, state: State = VERIFIED) -> None:
    person = await people.the(desk.tx, "T1", slack_id)
    names = {"value": shown.lower(), "shown": shown, "state": state, "source": "admin", "at": desk.now}
    desk.tx.add(Identity(workspace_id="T1", person_id=person.id, **names))
    await desk.tx.flush()


@pytest.mark.parametrize("said", ["bo-gh", "@bo-gh", "@BO-GH", "bo", "<@UBO>"])
async def test_a_login_that_is_proven_is_a_name(desk: Desk, said: str) -> None:
    await login(desk, "UBO", "Bo-GH")
    assert (await person_named(desk, said)).slack_id == "UBO"


async def test_a_login_that_is_only_said_names_nobody_and_the_answer_tells_how_to_link_it(desk: Desk) -> None:
    await login(desk, "UBO", "octocat", CLAIMED)
    with pytest.raises(UserError, match=r"I do not know @octocat.*`link github octocat` by whose it is") as refusal:
        await person_named(desk, "@octocat")
    assert not isinstance(refusal.value, Undecided)


async def test_what_no_login_can_be_is_not_said_to_be_one(desk: Desk) -> None:
    with pytest.raises(UserError) as refusal:
        await person_named(desk, "Zoë Smith")
    assert "link github" not in str(refusal.value)


async def test_a_name_that_is_near_others_is_asked_for(desk: Desk) -> None:
    await add(desk, "Bob Ross", "UROSS")
    await add(desk, "Bob Hope", "UHOPE")
    with pytest.raises(Undecided, match="Did you mean @Bob Hope or @Bob Ross") as question:
        await person_named(desk, "Bob")
    assert (question.value.slot, [words for _, words in question.value.choices]) == ("person", ["<@UHOPE>", "<@UROSS>"])


async def test_a_name_of_several_words_stands_in_a_command_line_as_a_mention(desk: Desk) -> None:
    await add(desk, "Bob Ross", "UROSS")
    tool, given = TOOLS["assign"], {"ticket": "CH-1", "people": ["Bob Ross", "me", "@cy"], "besides": False}
    full = await completed(desk, tool, given, me="UANN")
    assert tool.line(full) == "assign CH-1 <@UROSS> <@UANN> @cy"
    wish = {"who": "Bob Ross", "what": "look", "when": "tomorrow"}
    line = TOOLS["set_reminder"].line(await completed(desk, TOOLS["set_reminder"], wish, me="UANN"))
    assert line == "remind <@UROSS> to look tomorrow"
    await add(desk, "Bob Ross", "UROSS2")
    with pytest.raises(Ambiguous):
        await completed(desk, tool, given, me="UANN")
