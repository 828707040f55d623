"""The published payloads are all there, and the copies are small."""

from pathlib import Path

from tests.corpus import examples

DATA = Path(__file__).parents[3] / "data" / "github"


def test_every_published_payload_is_there() -> None:
    assert (len(examples("github.com")), len(examples("ghes-3.5"))) == (329, 125)
    assert len({str(one) for one in examples()}) == 454
    assert {one.payload["action"] for one in examples(event="issue_comment")} == {"created", "edited", "deleted"}


def test_the_copies_stay_small() -> None:
    assert {file.name for file in DATA.glob("*.gz") if file.stat().st_size > 1_000_000} == set()
