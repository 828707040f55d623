"""Who may do what, row by row of docs/design.md 7, and how a refusal reads."""

from dataclasses import replace

import pytest

from bot.access import RULES, Target, can, check, who_may
from bot.errors import Refused
from bot.events import Actor
from storage.people import RoleName

OWN, OTHER = 1, 2  # teams
REPORTER, ASSIGNEE, SOMEBODY = 10, 20, 30


def actor(person_id: int, *, is_admin: bool = False, is_outsider: bool = False, **roles: RoleName) -> Actor:
    """Somebody with a role in the ticket's own team, another one, or none."""
    teams = {"own": OWN, "other": OTHER}
    return Actor(
        person_id=person_id,
        slack_id=f"U{person_id}",
        name=f"p{person_id}",
        workspace_id="T1",
        is_admin=is_admin,
        is_outsider=is_outsider,
        roles={teams[team]: role for team, role in roles.items()},
    )


PEOPLE = {
    "admin": actor(SOMEBODY, is_admin=True),
    "manager": actor(SOMEBODY, own="manager"),
    "other manager": actor(SOMEBODY, other="manager"),
    "assignee": actor(ASSIGNEE, own="responder"),
    "responder": actor(SOMEBODY, own="responder"),
    "other responder": actor(SOMEBODY, other="responder"),
    "reporter": actor(REPORTER),
    "viewer": actor(SOMEBODY),
    "guest": actor(SOMEBODY, is_outsider=True),
    "guest who reported": actor(REPORTER, is_outsider=True),
}
TAKEN = Target(team_id=OWN, assignee_ids=frozenset({ASSIGNEE}), reporter_id=REPORTER)
FREE = Target(team_id=OWN, reporter_id=REPORTER)
HOMELESS = Target(reporter_id=REPORTER)
INSIDERS = set(PEOPLE) - {"guest", "guest who reported"}

ROWS: list[tuple[str, Target, set[str]]] = [
    ("report", Target(), set(PEOPLE)),
    ("see", Target(), set(PEOPLE)),
    ("see", TAKEN, INSIDERS | {"guest who reported"}),
    ("list", Target(), INSIDERS),
    ("comment", TAKEN, INSIDERS - {"viewer"} | {"guest who reported"}),
    ("claim", TAKEN, {"admin", "manager", "assignee"}),
    ("claim", FREE, {"admin", "manager", "responder", "assignee"}),
    ("claim", HOMELESS, {"admin"}),
    ("status", TAKEN, {"admin", "manager", "assignee"}),
    ("status", FREE, {"admin", "manager"}),
    ("status", HOMELESS, {"admin", "manager", "other manager"}),
    ("close", TAKEN, {"admin", "manager"}),
    ("reassign", TAKEN, {"admin", "manager"}),
    ("route", TAKEN, {"admin", "manager"}),
    ("route", HOMELESS, INSIDERS - {"viewer"}),
    ("triage", TAKEN, {"admin", "manager", "assignee"}),
    ("describe", TAKEN, {"admin", "manager", "assignee"}),
    ("ask", TAKEN, INSIDERS),  # who may not do it is asked for by a proposal
    ("hand over", TAKEN, {"admin", "manager", "assignee"}),
    ("approve", TAKEN, INSIDERS),  # the proposal knows who decides
    ("track", Target(), INSIDERS - {"viewer", "reporter"}),
    ("escalate", TAKEN, INSIDERS - {"viewer", "reporter"}),
    ("remind", Target(), INSIDERS - {"viewer", "reporter"}),  # others; oneself everybody
    ("undo", TAKEN, INSIDERS),  # the verb that leads back decides
    ("profile", Target(), INSIDERS),
    ("duty", Target(), INSIDERS),
    ("duty", Target(person_id=ASSIGNEE, team_ids=frozenset({OWN})), {"admin", "manager", "assignee"}),
    ("organise", Target(team_id=OWN), {"admin", "manager"}),
    ("administer", Target(), {"admin"}),
]


@pytest.mark.parametrize(("action", "target", "allowed"), ROWS)
def test_the_table(action: str, target: Target, allowed: set[str]) -> None:
    assert {name for name, person in PEOPLE.items() if can(person, action, target)} == allowed


def test_every_action_has_a_row() -> None:
    assert {action for action, _, _ in ROWS} == set(RULES)


@pytest.mark.parametrize("action", sorted(set(RULES) - {"report", "administer"}))
@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_what_one_may_not_see_one_may_not_touch(action: str, who: str) -> None:
    hidden = Target(team_id=OWN, reporter_id=SOMEBODY, is_private=True, may_see_private=False)
    assert not can(PEOPLE[who], action, hidden)


def test_who_reported_it_may_reword_it_if_they_are_a_responder() -> None:
    mine = Target(team_id=OWN, reporter_id=SOMEBODY)
    assert can(PEOPLE["other responder"], "describe", mine)
    assert not can(PEOPLE["viewer"], "describe", mine)
    assert not can(PEOPLE["other responder"], "triage", mine)


def test_a_private_ticket_is_open_to_those_who_see_it() -> None:
    shown = Target(team_id=OWN, is_private=True, may_see_private=True)
    assert can(PEOPLE["viewer"], "see", shown)
    assert can(PEOPLE["manager"], "close", shown)


def test_a_refusal_says_who_may_and_whom_to_ask() -> None:
    with pytest.raises(Refused) as refused:
        check(PEOPLE["viewer"], "close", TAKEN, doing="close CH-1", ask="@alice", instead="Comment instead.")
    assert str(refused.value) == (
        "You may not close CH-1: that is for managers of the team and admins. Ask @alice. Comment instead."
    )
    check(PEOPLE["manager"], "close", TAKEN, doing="close CH-1")


def test_admins_are_named_once() -> None:
    assert who_may("administer") == "admins"
    assert who_may("report") == "everyone but guests"
    assert all(who_may(action).count("admins") <= 1 for action in RULES)


COMMENTS: list[tuple[str, str, str, str, bool]] = [
    ("both allow it", "assignee", "triage", "status", True),
    ("GitHub does not", "assignee", "read", "status", False),
    ("we do not", "viewer", "admin", "status", False),
    ("an admin here who may only read there", "admin", "read", "close", False),
    ("an admin here and there", "admin", "admin", "administer", True),
    ("an admin here who may write there", "admin", "write", "administer", False),
    ("to read is enough to comment", "reporter", "read", "comment", True),
    ("who may not even read", "admin", "none", "see", False),
    ("a permission that nobody knows", "admin", "owner", "see", False),
]


@pytest.mark.parametrize(
    ("who", "permission", "action", "may"), [row[1:] for row in COMMENTS], ids=[r[0] for r in COMMENTS]
)
def test_a_comment_on_github_needs_the_right_here_and_there(who: str, permission: str, action: str, may: bool) -> None:
    assert can(replace(PEOPLE[who], on_github=permission), action, TAKEN) is may


def test_what_is_lacking_on_github_is_said_to_whoever_may_here() -> None:
    with pytest.raises(Refused) as refused:
        check(replace(PEOPLE["manager"], on_github="read"), "close", TAKEN, doing="close CH-1")
    assert str(refused.value) == (
        "You may not close CH-1 from here: that takes triage in this repository on GitHub, and your login has read."
        " Its admins can give it."
    )
    assert refused.value.denial is not None
    assert refused.value.denial.who == "triage on GitHub"
    with pytest.raises(Refused) as elsewhere:
        check(replace(PEOPLE["viewer"], on_github="read"), "close", TAKEN, doing="close CH-1")
    assert str(elsewhere.value) == "You may not close CH-1: that is for managers of the team and admins."


def test_a_person_who_was_deactivated_does_nothing_by_a_comment_either() -> None:
    gone = replace(PEOPLE["admin"], is_active=False, on_github="admin")
    assert not can(gone, "see", TAKEN)
