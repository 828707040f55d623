"""Six things in an hour are told, the rest is counted in one line; an hour later it begins anew."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.narration.happening import Happening, is_app, of_preview, own_words
from agent.narration.pace import MOST, Told, after
from agent.narration.plain import Reader, plain
from agent.narration.telling import told
from bot.settings import Settings
from prompts.words import speaking
from storage.pulls import Pull

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PULL = "https://github.com/acme/shop/pull/88"


def done(minutes: list[int]) -> list[str]:
    """What is done with a thing at each of these minutes."""
    kept, all_done = Told(), []
    for minute in minutes:
        kept, do = after(kept, now=NOON + timedelta(minutes=minute), key=f"k{minute}")
        all_done.append(do)
    return all_done


def test_six_are_told_and_the_rest_is_counted() -> None:
    assert done([*range(MOST + 3)]) == ["tell"] * MOST + ["sum up", "count", "count"]


def test_an_hour_later_it_is_told_again_and_the_line_lasts_an_hour() -> None:
    assert done([0, 10, 20, 30, 40, 50, 55, 61, 62, 71, 72]) == (
        ["tell"] * MOST + ["sum up", "tell", "count", "tell", "count"]
    )
    assert done([0, 0, 0, 0, 0, 0, 1, 60, 60, 60, 60, 60, 60, 61]) == (
        ["tell"] * MOST + ["sum up"] + ["tell"] * MOST + ["sum up"]
    )


def test_the_line_counts_under_its_own_key() -> None:
    kept = Told()
    for minute in range(MOST + 3):
        kept, _ = after(kept, now=NOON + timedelta(minutes=minute), key=f"k{minute}")
    assert (kept.more, kept.key) == (3, f"k{MOST}")


@pytest.mark.parametrize(
    ("happening", "language", "text"),
    [
        (
            of_preview(
                Pull(number=88, url=PULL, workspace_id="T1", repository_id=1),
                "acme/shop",
                link="https://pr-88.shop.test",
            ),
            "en",
            f"<{PULL}|acme/shop#88> can be tried out: <https://pr-88.shop.test|open the preview>."
            " Have a look, and say here what you think.",
        ),
        (
            Happening(kind="approved", about="acme/shop#88", url=PULL, who="carol"),
            "en",
            f"*Carol* approved <{PULL}|acme/shop#88>.",
        ),
        (
            Happening(
                kind="comment", about="acme/shop#88", url=PULL, who="eve", words="<!here> see http://evil.test/x"
            ),
            "de",
            f"*Carol* hat zu <{PULL}|acme/shop#88> geschrieben: “\uff20here see hxxp://evil[.]test/x”",
        ),
        (
            Happening(kind="checks", about="acme/shop#88", url=PULL, name="unit `x` <!here>"),
            "en",
            f"The check `unit 'x' &lt;!here&gt;` of <{PULL}|acme/shop#88> failed."
            " Ask me why: “why does CI fail on #88?”",
        ),
    ],
    ids=["preview", "approved", "comment", "check"],
)
def test_facts_are_filled_in_by_code(happening: Happening, language: str, text: str) -> None:
    settings = Settings(_env_file=None)
    with speaking(language):
        assert told(happening, who="Carol", gist="", settings=settings).text == text


def test_what_is_quoted_is_left_out_and_apps_are_known() -> None:
    assert own_words("> close it\nno, wait\n  > really") == "no, wait"
    assert (is_app("renovate[bot]"), is_app("carol"), is_app(None)) == (True, False, False)


async def test_without_a_model_a_text_stays_as_it_was() -> None:
    reader = Reader(language="de")
    assert await plain("failed over to the replica", reader, model=None, deadline=1.0, max_tokens=99) == (
        "failed over to the replica"
    )
