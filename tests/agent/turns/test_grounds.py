"""An argument is grounded when the asker said it, or the place gives it; nobody else's words count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.turns.grounds import Argument, Kind, Words, ungrounded

PEOPLE = {
    "U1": ("alice", "Alice Ames"),
    "U2": ("bob", "Bob Ross", "bob-gh"),
    "U3": ("Bob Hope",),
    "U4": ("mark", "Mark Twain"),
    "U5": ("carol",),
}
HIDDEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u00ad", "\U000e0041"]


def is_grounded(kind: Kind, value: str, *texts: str, **place: object) -> bool:
    said = Words(texts=texts, **({"people": PEOPLE, "asker": "U1"} | place))  # type: ignore[arg-type]
    return ungrounded({"x": Argument(kind, value)}, said) == ()


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("CH-4", "close CH-4", True),
        ("CH-4", "close ch4, it is done", True),
        ("CH-4", "close CH-42", False),
        ("CH-4", "close xCH-4", False),
        ("CH-4", "close CH-4-old", False),
        ("CH-4", "close 4", False),
        ("CH-4", "close С\u04ba-4", False),
        ("CH-4", "> close CH-4\nwhat is that?", False),
        ("CH-4", "close CH-٤", False),
        ("CH-4", "", False),
        ("4", "close CH-4", False),
    ],
)
def test_tickets(value: str, text: str, ok: bool) -> None:
    assert is_grounded("ticket", value, text) == ok


def test_the_threads_ticket_is_meant_unless_another_is_named() -> None:
    assert is_grounded("ticket", "CH-4", "close it", ticket="CH-4")
    assert is_grounded("ticket", "CH-4", "assign to <@U2>", ticket="CH-4")
    assert not is_grounded("ticket", "CH-5", "close it", ticket="CH-4")
    assert not is_grounded("ticket", "CH-4", "close CH-9", ticket="CH-4")
    assert is_grounded("ticket", "CH-4", "this is a duplicate of CH-9", ticket="CH-4")
    assert is_grounded("ticket", "CH-4", "das hier ist dasselbe wie CH-9", ticket="CH-4")


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("U2", "give it to <@U2>", True),
        ("U2", "give it to <@U2|bob>", True),
        ("U2", "give it to <@U22>", False),
        ("U2", "give it to @bob-gh", True),
        ("U2", "give it to Bob Ross", True),
        ("U2", "give it to bob ross please", True),
        ("U5", "carol knows that", True),
        ("U5", "carolina knows that", False),
        ("U5", "c\u0430rol knows that", False),
        ("U2", "ask bob", False),  # there are two
        ("U3", "ask Bob", False),
        ("U4", "mark it as done", False),
        ("U4", "ask @mark", True),
        ("U4", "ask Mark Twain", True),
        ("U1", "remind me", True),
        ("U1", "erinnere mich", True),
        ("U1", "rappelle-moi", True),
        ("U1", "recuérdame a mí", True),
        ("U1", "my checkout is broken", False),
        ("U2", "remind me", False),
        ("U9", "remind me", False),
    ],
)
def test_people(value: str, text: str, ok: bool) -> None:
    assert is_grounded("person", value, text) == ok


@pytest.mark.parametrize(
    ("value", "text", "repository", "ok"),
    [
        ("acme/shop", "open an issue in acme/shop", "", True),
        ("acme/shop", "open an issue in Acme/Shop.", "", True),
        ("acme/shop", "see acme/shop#12", "", True),
        ("acme/shop", "see <https://github.com/acme/shop/issues/12>", "", True),
        ("acme/shop", "see acme/shop-api", "", False),
        ("acme/shop", "see the shop", "", False),
        ("acme/shop", "open an issue", "acme/shop", True),
        ("acme/api", "open an issue", "acme/shop", False),
        ("acme/shop", "open an issue in acme/api", "acme/shop", False),
        ("acme/shop", "open an issue and/or tell bob", "acme/shop", True),
        ("acme/shop", "open an issue, repo=shop", "", True),
        ("acme/shop", "open an issue, repo=site", "", False),  # two are called so
        ("acme/site", "open an issue, repo=site", "", False),
        ("acme/shop", "see <https://github.com/acme/shop|the code>", "", True),
        ("acme/shop", "see <https://github.com/acme/shop-old>", "", False),
        ("acme/shop#12", "close acme/shop#12", "acme/web", True),
        ("acme/shop#12", "close #12, it is like acme/web#13", "acme/shop", True),
        ("acme/shop#13", "close #12, it is like acme/web#13", "acme/shop", False),
    ],
)
def test_repositories(value: str, text: str, repository: str, ok: bool) -> None:
    there = ("acme/shop", "acme/site", "corp/site", "acme/web")
    assert is_grounded("repository", value, text, repository=repository, repositories=there) == ok


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("12", "close #12", True),
        ("12", "close GH-12", True),
        ("12", "close acme/shop#12", True),
        ("12", "close #120", False),
        ("12", "close 12", False),
        ("acme/shop#12", "close acme/shop#12", True),
        ("acme/shop#12", "close #12", True),  # the channel's repository
        ("acme/api#12", "close #12", False),
        ("acme/shop#12", "see https://github.com/acme/shop/pull/12.", True),
        ("acme/shop#12", "see https://github.com/acme/shop/pull/123", False),
        ("acme/shop#7", "close it", True),  # what the thread is about
        ("acme/shop#7", "close #12", False),
        # A number that is written with a repository is said of that one alone.
        ("acme/shop#12", "close acme/web#12", False),
        ("acme/web#12", "close acme/web#12", True),
        ("acme/shop#12", "comment on acme/web#12: fixed, as in acme/shop#15", False),
        ("acme/shop#12", "close https://github.com/acme/web/issues/12", False),
        ("acme/web#12", "close #12 in acme/web", True),
        ("acme/shop#12", "close #12 in acme/web", False),
        ("acme/web#12", "close #12 in repo=web", True),
        ("acme/shop#15", "close #15, it is like acme/web#12", True),
        ("acme/web#15", "close #15, it is like acme/web#12", False),
        ("acme/shop#15", "close #15, it moved from acme/shop to acme/web", False),  # it may be either
        ("acme/shop#7", "close this, it is like acme/web#12", True),
    ],
)
def test_numbers(value: str, text: str, ok: bool) -> None:
    place = {"repository": "acme/shop", "numbers": ("acme/shop#7",), "repositories": ("acme/shop", "acme/web")}
    assert is_grounded("number", value, text, **place) == ok


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("critical", "make it critical", True),
        ("critical", "make it p0", True),
        ("critical", "das ist kritisch", True),
        ("high", "p1 please", True),
        ("critical", "it is not critical", False),
        ("critical", "das ist nicht kritisch", False),
        ("in_progress", "set it in progress", True),
        ("feature_request", "that is a feature request", True),
        ("good first issue", "label it good-first-issue", True),
        ("api", "component api", True),
        ("api", "component api-gateway", False),
        ("c", "component c++", False),
        ("c++", "component c++, please", True),
        ("low", "slow", False),
        ("critical", "make it crіtical", False),
    ],
)
def test_values(value: str, text: str, ok: bool) -> None:
    assert is_grounded("value", value, text) == ok


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("tomorrow at 9", "remind me tomorrow at 9 to call", True),
        ("tomorrow at 9", "remind me at 9 tomorrow", True),
        ("tomorrow 9:00", "erinnere mich morgen um 9 Uhr daran", True),
        ("tomorrow at 10", "remind me tomorrow at 9", False),
        ("tomorrow", "remind me on monday", False),
        ("every monday at 9", "remind me monday at 9", False),
        ("in 2h", "in two hours please", True),
        ("whenever", "remind me tomorrow", False),
    ],
)
def test_times(value: str, text: str, ok: bool) -> None:
    assert is_grounded("time", value, text) == ok


@pytest.mark.parametrize(
    ("value", "text", "ok"),
    [
        ("Redis is down", "please report: redis  is\ndown!", True),
        ("redis is up", "redis is down", False),
        ("is down", "redis is downstream", False),
        ("", "redis is down", False),
        ("!!!", "redis is down!!!", False),
        ("approve everything", "> approve everything\nwhat does he mean?", False),
        ("café", "the cafe\u0301 is closed", True),
    ],
)
def test_free_text_is_a_quotation(value: str, text: str, ok: bool) -> None:
    assert is_grounded("text", value, text) == ok


def test_names_come_in_order_and_any_text_of_the_turn_counts() -> None:
    arguments = {
        "ticket": Argument("ticket", "CH-4"),
        "assignee": Argument("person", "U5"),
        "priority": Argument("value", "high"),
        "text": Argument("text", "as the issue says"),
    }
    said = Words(texts=("give the crash to carol", "I mean CH-4"), people=PEOPLE)
    assert ungrounded(arguments, said) == ("priority", "text")


CASES: list[tuple[Kind, str, str]] = [
    ("ticket", "CH-4", "CH-4"),
    ("person", "U5", "carol"),
    ("person", "U2", "<@U2>"),
    ("repository", "acme/shop", "acme/shop"),
    ("number", "acme/shop#12", "acme/shop#12"),
    ("value", "critical", "critical"),
    ("text", "redis is down", "redis is down"),
]
AROUND = st.text(alphabet="xyzäß ,.\n", max_size=20)


@given(st.sampled_from(CASES), AROUND, AROUND)
def test_what_is_said_whole_is_grounded_wherever_it_stands(
    case: tuple[Kind, str, str], before: str, after: str
) -> None:
    kind, value, said = case
    assert is_grounded(kind, value, f"{before} {said} {after}")


@given(st.sampled_from(CASES), st.sampled_from(HIDDEN), st.data())
def test_a_hidden_character_in_it_grounds_nothing(
    case: tuple[Kind, str, str], hidden: str, data: st.DataObject
) -> None:
    kind, value, said = case
    at = data.draw(st.integers(0, len(said)))
    if kind == "person" and said[0] == "<" and at in {0, len(said)}:
        return  # markup that Slack made has clear ends
    assert not is_grounded(kind, value, f"x {said[:at]}{hidden}{said[at:]} x")
    assert not is_grounded(kind, f"{value[:1]}{hidden}{value[1:]}", f"x {said} x")


@given(st.sampled_from(CASES), st.text(alphabet="xyz ,.ÄÖ#/<>@-0123456789", max_size=40))
def test_what_is_not_said_is_not_grounded(case: tuple[Kind, str, str], text: str) -> None:
    kind, value, _ = case
    assert not is_grounded(kind, value, text)


@given(
    st.text(max_size=200),
    st.sampled_from(["ticket", "person", "repository", "number", "value", "time", "text"]),
    st.text(max_size=30),
)
def test_anything_may_be_asked(text: str, kind: Kind, value: str) -> None:
    assert is_grounded(kind, value, text) in {True, False}


@pytest.mark.parametrize(
    ("said", "is_theirs"),
    [
        ("the export prints empty columns since noon", True),
        ("export: empty columns since noon", True),
        ("payroll is cancelled by order of the board", False),
        ("", False),
    ],
)
def test_a_gist_is_mostly_made_of_the_askers_words(said: str, is_theirs: bool) -> None:
    words = Words(texts=("hi, the export of invoices prints empty columns since noon",))
    assert (ungrounded({"text": Argument("gist", said)}, words) == ()) is is_theirs
