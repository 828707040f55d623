"""How a group is named in a command, and when two differences are one."""

import pytest

from agent.people.groups import Drift, named_source, named_usergroup
from bot.errors import UserError
from storage.people import Person


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("acme/Platform Payments team", ("acme/platform", "acme/Platform", "Payments team")),
        ("@acme/platform", ("acme/platform", "acme/platform", "")),
        ("<!subteam^S1|@oncall>  Platform", ("S1", "@oncall", "Platform")),
        ("<!subteam^S1>", ("S1", "@S1", "")),
    ],
)
def test_a_group_is_named_as_people_write_it(words: str, found: tuple[str, str, str]) -> None:
    assert named_source(words) == found


@pytest.mark.parametrize("words", ["", "platform", "@oncall", "acme/plat/form", "<!channel>", "../x y"])
def test_what_is_no_group_is_refused(words: str) -> None:
    with pytest.raises(UserError):
        named_source(words)


def test_a_team_is_no_group_of_slack() -> None:
    assert named_usergroup("Platform") is None
    assert named_usergroup(" <!subteam^S1|@oncall> ") == ("S1", "@oncall")


def test_the_same_difference_has_the_same_mark() -> None:
    ada, bob = (Person(id=number, workspace_id="T1", slack_id=f"U{number}", name=f"p{number}") for number in (1, 2))
    assert Drift(missing=(ada, bob)).mark == Drift(missing=(bob, ada)).mark
    assert Drift(missing=(ada,)).mark != Drift(extra=(ada,)).mark
    assert not Drift(strangers=("mallory",)).is_any
