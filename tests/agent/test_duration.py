"""How long something took, as people say it."""

from datetime import timedelta

import pytest

from agent.duration import in_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=61), "1 h 1 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=25, minutes=30), "1 day 1 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=40, hours=5), "40 days 5 h"),
    ],
)
def test_spans(span: timedelta, words: str) -> None:
    assert in_words(span) == words
