"""A line is split into whom, of what and when, in any order; text that only looks like a time stays text."""

import pytest

from agent.alarms.wish import read_wish, rooms
from bot.errors import UserError


@pytest.mark.parametrize(
    ("line", "about", "text", "when"),
    [
        ("me to call Bob tomorrow at 9", "", "call Bob", "tomorrow at 9"),
        ("me tomorrow at 9 to call Bob", "", "call Bob", "tomorrow at 9"),
        ("me at 9 to call Bob tomorrow", "", "call Bob", "at 9 tomorrow"),
        ("me every day at 2:30 to stretch until 1 june", "", "stretch", "every day at 2:30 until 1 june"),
        ("me tomorrow to prepare for monday", "", "prepare for monday", "tomorrow"),
        ("me in 2h about this", "this", "", "in 2h"),
        ("me about this Friday at 10", "this", "", "Friday at 10"),
        ("about ch-12 in 2h", "CH-12", "", "in 2h"),
        ("CH-12 in 2h", "CH-12", "", "in 2h"),
        ("mich morgen um 9 an das Release", "", "das Release", "morgen um 9"),
        ("mich daran, in 2 Stunden die Logs zu prüfen", "", "die Logs zu prüfen", "in 2 Stunden"),
        ("mich, die Logs zu prüfen, in 2 Stunden", "", "die Logs zu prüfen", "in 2 Stunden"),
        ("me about Monday's meeting on friday at 10", "", "Monday's meeting", "on friday at 10"),
        ("me to write the May report tomorrow", "", "write the May report", "tomorrow"),
        ("me to buy milk", "", "buy milk", None),
        ("me to pay first monday of the month at 9", "", "pay", "first monday of the month at 9"),
        (
            "me to check the job that runs every 5 minutes tomorrow at 9",
            "",
            "check the job that runs every 5 minutes",
            "tomorrow at 9",
        ),
        ("me to check 25:00 tapes in 1h", "", "check 25:00 tapes", "in 1h"),
        ("me in 1h to check 25:00 tapes", "", "check 25:00 tapes", "in 1h"),
        ("me 3.14.2 release notes tomorrow", "", "3.14.2 release notes", "tomorrow"),
        ("me to check every server on friday", "", "check every server", "on friday"),
    ],
)
def test_a_line_is_taken_apart(line: str, about: str, text: str, when: str | None) -> None:
    wish = read_wish(line)
    assert (wish.about, wish.text, wish.when.words if wish.when else None) == (about, text, when)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("me to pay every other weekday at 9", "no repetition that I can plan"),
        ("me at 9 to pay every 2nd and 4th friday", "no repetition that I can plan"),
        ("me to celebrate every year on 24.12.", "no repetition that I can plan"),
        ("me first and third monday of the month to pay", "no repetition that I can plan"),
        ("me every day except friday at 9 to pay", "leave days out"),
        ("mich an die Miete jeden Tag außer Freitag", "leave days out"),
        ("me to pay every day for 3 weeks", "Until when does it go on?"),
        ("me to pay 2 days before friday", "I count from now"),
        ("me to stretch every half hour", "at most once an hour"),
        ("me to call at 25:00 tomorrow", "no time of a day"),
    ],
)
def test_what_cannot_be_planned_is_never_taken_for_one_time(line: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        read_wish(line)


def test_whom_it_is_for() -> None:
    assert read_wish("<@U0BOB> in 2h to look").person == "U0BOB"
    assert read_wish("@bob in 2h to look").person == "bob"
    assert read_wish("<#C0OPS|ops> in 2h to look").room == "C0OPS"
    assert rooms("<#C0OPS|ops> in 2h to look", here="C1") == ("C0OPS",)
    assert rooms("here in 2h to look", here="C1") == ("C1",)
    assert rooms("me in 2h to look at <#C0OPS|ops>", here="C1") == ()


def test_many_numbers_in_a_row_are_read_in_no_time() -> None:
    wish = read_wish("me every " + "1st " * 400 + "x")
    assert wish.when is None
