"""A file of people is read with the line of whatever is wrong, compared with what is known, and reads back."""

import csv
import string
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.roster.plan import Known, Plan, planned
from agent.roster.sheet import COLUMNS, MOST_BYTES, MOST_ROWS, Entry, read, write
from bot.errors import UserError

BOB = Known(slack_id="U0BOB", name="bob", email="bob@acme.example", capacity="5", roles=(("Platform", "responder"),))
GUS = Known(slack_id="U0GUS", name="gus", bar="is a guest")
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(lambda text: " ".join(text.split()))
cells = words | st.tuples(st.sampled_from("=+-@'"), words).map("".join)
people = st.builds(Entry, slack_id=st.text(string.ascii_uppercase, min_size=1), **dict.fromkeys(COLUMNS[1:], cells))


def plan(text: str, *, known: tuple[Known, ...] = (BOB, GUS)) -> Plan:
    entries, problems = read(text.encode())
    made = planned(known, ["Platform"], entries)
    made.problems += problems
    return made


def told(made: Plan) -> list[str]:
    return [str(change) for change in made.changes]


@given(st.lists(people))
def test_what_is_written_reads_back(entries: list[Entry]) -> None:
    found, problems = read(write(entries).encode())
    assert [replace(entry, line=0) for entry in found] == entries
    assert problems == []


@given(st.lists(people))
def test_no_cell_runs_in_a_spreadsheet(entries: list[Entry]) -> None:
    shown = [replace(entry, team="=cmd()", hours="@SUM(1)", rotation="-1+1", email="+1") for entry in entries]
    for row in csv.reader(StringIO(write(shown), newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=cmd()" in write([Entry(team="=cmd()")])


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_each_way_to_write_a_table_is_read(mark: str, start: str) -> None:
    text = f'{start}Slack_ID;"Team";ROLE\r\nU0BOB;"Plat""form, EU";viewer\r\n\r\n'
    [entry], problems = read(text.replace(";", mark).encode())
    assert (entry.line, entry.slack_id, entry.team, entry.role) == (
        2,
        "U0BOB",
        'Plat"form, EU',
        "viewer",
    )
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "That is no CSV file: byte 1 is no text in UTF-8."),
        (b"slack_id\nU0\0", "That is no CSV file: it holds bytes that no text has."),
        (b"", "Line 1: it needs one of the columns slack_id, email and github_login."),
        (b"name,slack_id\n", "Line 1: “name” is no column."),
        (b"slack_idd\n", "Line 1: “slack_idd” is no column. There is slack_id."),
        (b"slack_id,slack_id\n", "Line 1: a column stands there twice."),
        (b"team,role\n", "Line 1: it needs one of the columns slack_id, email and github_login."),
        (b"slack_id\n" + b"x" * MOST_BYTES, "The file has 2.0 MB; at most 2 MB are read."),
        (b"slack_id\n" + b"U0BOB\n" * (MOST_ROWS + 1), "The file has 5,001 lines; at most 5,000 are read."),
    ],
)
def test_what_is_no_table_of_people_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(UserError) as refusal:
        read(raw)
    assert str(refusal.value).startswith(said)


def test_a_quote_that_never_ends_is_named_by_its_line() -> None:
    made = plan('slack_id,team,role\nU0BOB,Platform,viewer\nU0CY,"Plat\nform\n')
    assert [(problem.line, problem.text[:19]) for problem in made.problems] == [(3, "this cannot be read")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("bob,,,,,,,,", "bob is not a person's Slack id: it looks like U012ABCDEF."),
        (",,,Platform,viewer,,,,", "nobody is named: it needs a slack_id, an email or a github_login"),
        (",ann@acme.example,,,,,,,", "nobody is known by ann@acme.example: add their slack_id"),
        (",,octocat,,,,,,", "nobody is known by octocat: add their slack_id"),
        ("U0CYAN,bob@acme.example,,,,,,,", "bob@acme.example is bob's, who is U0BOB"),
        ("U0GUS,bob@acme.example,,,,,,,", "it names several people: the slack_id is gus's and the email is bob's"),
        ("U0BOB,other@acme.example,,,,,,,", "bob has the e-mail bob@acme.example in Slack"),
        ("U0BOB,,no login,,,,,,", "“no login” is no login on GitHub"),
        ("U0BOB,,,Platform,,,,,", "team and role go together; a role without a team can only be admin"),
        ("U0BOB,,,,viewer,,,,", "team and role go together; a role without a team can only be admin"),
        ("U0BOB,,,Platform,chief,,,,", "“chief” is no role: write viewer or responder or manager"),
        ("U0BOB,,,Platform,manger,,,,", "“manger” is no role: write manager"),
        ("U0BOB,,,,,-1,,,", "“-1” is no capacity: write a number from 1 to 999, or off"),
        ("U0BOB,,,,,,Mars/X,,", "“Mars/X” is no time zone."),
        ("U0BOB,,,,,,,9-25,", "“9-25” is no time of day"),
        ("U0BOB,,,,,,,,maybe", "“maybe” is no rotation: write on or off"),
        ("U0BOB,,,,,,,,on,more", "it has 10 cells, and there are 9 columns"),
        ("U0GUS,,,Platform,responder,,,,", "gus is a guest"),
    ],
)
def test_a_line_that_is_wrong_says_why_and_the_others_stand(row: str, said: str) -> None:
    made = plan(f"{','.join(COLUMNS)}\nU0BOB,,,,,6,,,\n{row}\n")
    assert [problem.line for problem in made.problems] == [3]
    assert made.problems[0].text.startswith(said)
    assert "~ line 2: @bob capacity: 5 -> 6" in told(made)


def test_what_is_so_already_is_no_change() -> None:
    made = plan(f"{','.join(COLUMNS)}\nU0BOB,BOB@acme.example,,platform,Responder,5,,,on\n")
    assert (made.changes, made.problems, made.same) == ([], [], [2])


def test_two_lines_about_one_person_say_each_thing_once() -> None:
    head = ",".join(COLUMNS)
    made = plan(f"{head}\nU0BOB,,bobhub,Search,viewer,6,,,\nU0BOB,,bobhub,Platform,manager,6,,,\n")
    assert told(made) == [
        "+ line 2: @bob github_login: bobhub",
        "~ line 2: @bob capacity: 5 -> 6",
        "+ line 2: team: Search",
        "+ line 2: @bob role Search: viewer",
        "~ line 3: @bob role Platform: responder -> manager",
    ]
    made = plan(f"{head}\nU0BOB,,bobhub,,,6,,,\nU0BOB,,,,,7,,,\nU0GUS,,bobhub,,,,,,\n")
    assert [(problem.line, problem.text) for problem in made.problems] == [
        (3, "capacity is 7 here, and 6 in line 2"),
        (4, "it names several people: the slack_id is gus's and the github_login is bob's"),
    ]
