"""`calendar check` shows a team's days: how long they are, when it is open, which holiday it is."""

import json

import pytest

from tests.handlers.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("newest")
BERLIN = {"CHARGEHAND_TIMEZONE": "Europe/Berlin"}


@pytest.fixture
def payments(run: Run) -> None:
    run("team", "add", "Payments")


def days(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.usefixtures("payments")
def test_the_sunday_on_which_summer_begins_has_23_hours(run: Run) -> None:
    shown = run("calendar", "check", "payments", "--from", "2026-03-27", "--to", "2026-03-31", **BERLIN)
    assert days(shown.out) == [
        "Times of Europe/Berlin.",
        "day length open holiday",
        "Fri 2026-03-27 24 h 09:00-18:00",
        "Sat 2026-03-28 24 h –",
        "Sun 2026-03-29 23 h –",
        "Mon 2026-03-30 24 h 09:00-18:00",
        "Tue 2026-03-31 24 h 09:00-18:00",
    ]


@pytest.mark.usefixtures("payments")
def test_programs_get_moments_with_their_offset(run: Run) -> None:
    shown = run("calendar", "check", "Payments", "--from", "2026-03-29", "--to", "2026-03-30", "--json", **BERLIN)
    assert json.loads(shown.out) == [
        {"date": "2026-03-29", "hours": 23.0, "open": [], "holiday": None},
        {
            "date": "2026-03-30",
            "hours": 24.0,
            "open": [["2026-03-30T09:00:00+02:00", "2026-03-30T18:00:00+02:00"]],
            "holiday": None,
        },
    ]


@pytest.mark.usefixtures("payments")
def test_a_week_from_today_when_no_day_is_named(run: Run) -> None:
    assert len(days(run("calendar", "check", "Payments").out)) == 2 + 7


@pytest.mark.parametrize(
    ("command", "zone", "said"),
    [
        ("check Paymens", "UTC", "There is no team Paymens. There are: Payments."),
        ("check Payments --from 2026-02-30", "UTC", "“2026-02-30” is no date: write year, month and day"),
        ("check Payments --from 2026-02-02 --to 2026-02-01", "UTC", "--to is 2026-02-01, --from 2026-02-02: name 1 to"),
        ("check Payments", "Europe/Berlim", "CHARGEHAND_TIMEZONE is no time zone; example: Europe/Berlin. Did you"),
    ],
)
@pytest.mark.usefixtures("payments")
def test_wrong_input_is_one_line(run: Run, command: str, zone: str, said: str) -> None:
    refused = run("calendar", *command.split(), CHARGEHAND_TIMEZONE=zone)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(said)
    assert len(refused.err.splitlines()) == 1
