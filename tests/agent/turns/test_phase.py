"""Where the work in a thread stands, for every phase and every event, in whatever order events come."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.turns.phase import ALIVE, EVENTS, OVER, PHASES, TABLE, Event, Phase, is_expected, next_phase

ROWS: list[tuple[str, str]] = [
    ("intake", "intake open in-progress intake intake intake done done abandoned intake intake"),
    ("open", "open open in-progress open open open done done abandoned open open"),
    ("in-progress", "in-progress in-progress in-progress review in-progress open done done abandoned in-progress"),
    ("review", "review review review review revision open done done abandoned review review"),
    ("revision", "revision revision revision review revision open done done abandoned revision revision"),
    ("done", "done done done done done done done done done open in-progress"),
    ("abandoned", "abandoned abandoned abandoned abandoned abandoned abandoned abandoned abandoned abandoned open"),
]


@pytest.mark.parametrize(("phase", "after"), ROWS)
def test_the_whole_table(phase: Phase, after: str) -> None:
    wanted = after.split()
    reached = [next_phase(phase, event) for event in EVENTS]
    assert reached[: len(wanted)] == wanted
    assert set(reached[len(wanted) :]) <= {phase, "in-progress"}


@given(st.lists(st.sampled_from(EVENTS)))
def test_any_order_of_events_ends_in_a_phase_that_can_be_left(events: list[Event]) -> None:
    phase: Phase = "intake"
    for event in events:
        after = next_phase(phase, event)
        assert after in PHASES
        assert is_expected(phase, event) or after == phase, "what nobody expects changes nothing"
        assert phase not in OVER or after in OVER or event.startswith("reopened"), "only a reopening brings it back"
        assert after != "intake" or phase == "intake", "nothing becomes a request without a ticket again"
        assert next_phase(after, event) == after or event in {"reopened", "pull closed"}, "news told twice is one"
        phase = after
    assert next_phase(phase, "resolved") in OVER
    reopened = next_phase(next_phase(phase, "resolved"), "reopened")
    assert reopened == "open"


def test_every_phase_can_be_reached_and_ended() -> None:
    assert set(TABLE.values()) == set(PHASES)
    assert {next_phase(phase, "resolved") for phase in ALIVE} == {"done"}
    assert {next_phase(phase, "not planned") for phase in ALIVE} == {"abandoned"}


def test_the_page_has_the_same_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "agent.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.partition("## Phases")[2].splitlines() if line[:2] == "| "]
    assert rows[0][1:] == list(PHASES)
    assert len(rows) == len(EVENTS) + 2
    for event, row in zip(EVENTS, rows[2:], strict=True):
        for phase, cell in zip(PHASES, row[1:], strict=True):
            after = TABLE.get((phase, event))
            assert cell == ("*stays*" if after is None else "–" if after == phase else after), (event, phase)
