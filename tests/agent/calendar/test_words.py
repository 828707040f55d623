"""Weeks, zones and regions as people write them, and as they are written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.calendar.country import Region, region_named
from agent.calendar.opening import Shift
from agent.calendar.week import read_week, show_week
from agent.commands.shapes import HOURS
from bot.errors import UserError
from bot.zones import zone_named


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon-Fri 9-18", "Mon-Fri 09:00-18:00"),
        ("9-18", "Mon-Fri 09:00-18:00"),
        ("9:00 - 18:00", "Mon-Fri 09:00-18:00"),
        ("Mo-Fr 9-18", "Mon-Fri 09:00-18:00"),
        ("Mon - Fri 9 – 18", "Mon-Fri 09:00-18:00"),
        ("Montag bis Donnerstag 9 bis 17 Uhr, Fr 9-15 Uhr", "Mon-Thu 09:00-17:00, Fri 09:00-15:00"),
        ("Di, Do, Sonnabend 8-12", "Tue 08:00-12:00, Thu 08:00-12:00, Sat 08:00-12:00"),
        ("monday,wed 8:30–17", "Mon 08:30-17:00, Wed 08:30-17:00"),
        ("Mon-Thu 9-12, 13-18; Fri 9-15", "Mon-Thu 09:00-12:00 13:00-18:00, Fri 09:00-15:00"),
        ("Sat-Sun 22-6", "Sat-Sun 22:00-06:00"),
        ("Sat-Mon 0-24", "Mon 00:00-24:00, Sat-Sun 00:00-24:00"),
    ],
)
def test_a_week_is_read_and_shown(text: str, shown: str) -> None:
    assert show_week(read_week(text)) == shown
    assert HOURS.fullmatch(text)
    assert HOURS.fullmatch(f"team Platform {text} Europe/Berlin")


@given(st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 1_439), st.integers(1, 1_439)), min_size=1))
def test_what_is_shown_reads_the_same(shifts: frozenset[tuple[int, int, int]]) -> None:
    week = tuple(sorted(Shift(day, start, start + length) for day, start, length in shifts))
    assert read_week(show_week(week)) == week


@pytest.mark.parametrize("text", ["", "9-25", "24-25", "9:60-10", "9-9", "Mon", "Mon-Foo 9-10", "noon", "9-18 Mon"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"as in `|write Mon"):
        read_week(text)


def test_zones_have_their_names_and_near_ones() -> None:
    assert zone_named("europe/berlin").key == "Europe/Berlin"
    for wrong, near in [("Berlin", "`Europe/Berlin`"), ("Europe/Berlim", "`Europe/Berlin`"), ("Mars/X", "`UTC`")]:
        with pytest.raises(UserError, match=near):
            zone_named(wrong)


def test_regions_have_codes_and_names() -> None:
    assert region_named("de", "be") == region_named("Germany", "Berlin") == Region("DE", "BE")
    assert region_named("USA") == Region("US")
    for words, said in [(("XX",), "as in `DE`"), (("EG", "C"), "leave “C” out"), (("DE", "ZZ"), "There are BB, BE,")]:
        with pytest.raises(UserError, match=said):
            region_named(*words)
