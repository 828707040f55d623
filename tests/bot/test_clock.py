"""A clock that a file moves: for every process at once, and never beside the real Slack."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovedClock, utc_now
from bot.errors import SettingsError
from bot.settings import read_settings

SECOND = timedelta(seconds=1)


def test_without_its_file_it_is_the_machines(tmp_path: Path) -> None:
    clock = MovedClock(tmp_path / "clock")
    assert not clock.is_moved
    assert abs(clock() - utc_now()) < SECOND


@pytest.mark.parametrize("by", [timedelta(days=5), timedelta(hours=-1)], ids=str)
def test_moved_it_goes_on_from_there_in_every_process(tmp_path: Path, by: timedelta) -> None:
    clock, elsewhere = MovedClock(tmp_path / "clock"), MovedClock(tmp_path / "clock")
    clock.move_to(utc_now() + by)
    assert clock.is_moved
    assert abs(elsewhere() - utc_now() - by) < SECOND
    assert clock() < elsewhere()


def test_only_beside_a_slack_of_this_machine(tmp_path: Path) -> None:
    path = str(tmp_path / "clock")
    MovedClock(tmp_path / "clock").move_to(utc_now() + timedelta(days=1))
    here = read_settings(clock_file=path, slack_api_url="http://127.0.0.1:1/api/")
    assert here.clock() > utc_now() + timedelta(hours=23)
    with pytest.raises(SettingsError, match=r"CLOCK_FILE moves the clock.*: set SLACK_API_URL to a Slack on"):
        read_settings(clock_file=path)
