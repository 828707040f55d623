"""Where the work in a thread stands, as far as what happened to its ticket and its pull request tells."""

from typing import Literal, get_args

Phase = Literal["intake", "open", "in-progress", "review", "revision", "done", "abandoned"]
Event = Literal[
    "asked",  # somebody asks for something in a thread
    "tracked",  # a ticket or an issue was made of it
    "pull opened",
    "review asked",  # a review was requested, or a preview is ready
    "changes asked",  # a reviewer wants changes, or feedback was delegated
    "pull closed",  # without a merge
    "pull merged",
    "resolved",
    "not planned",  # closed without being done
    "reopened",
    "reopened with a pull",  # while a pull request for it is open
]
PHASES: tuple[Phase, ...] = get_args(Phase)
EVENTS: tuple[Event, ...] = get_args(Event)
ALIVE: tuple[Phase, ...] = ("intake", "open", "in-progress", "review", "revision")
OVER: tuple[Phase, ...] = ("done", "abandoned")
WORKED_ON: tuple[Phase, ...] = ("in-progress", "review", "revision")

# (phase, event) -> phase; what is not here stays as it is, and is no news that anybody expects.
TABLE: dict[tuple[Phase, Event], Phase] = {
    **{(phase, "asked"): phase for phase in PHASES},
    **{(phase, "tracked"): phase for phase in PHASES},
    ("intake", "tracked"): "open",
    ("intake", "pull opened"): "in-progress",
    ("open", "pull opened"): "in-progress",
    **{(phase, "pull opened"): phase for phase in WORKED_ON},
    ("in-progress", "review asked"): "review",
    ("revision", "review asked"): "review",
    ("review", "review asked"): "review",
    ("review", "changes asked"): "revision",
    ("revision", "changes asked"): "revision",
    **{(phase, "pull closed"): "open" for phase in WORKED_ON},
    **{(phase, "pull merged"): "done" for phase in ALIVE},
    **{(phase, "resolved"): "done" for phase in ALIVE},
    **{(phase, "not planned"): "abandoned" for phase in ALIVE},
    # A pull request that is merged resolves its ticket, which may be closed later: that is one end, told in parts.
    **{("done", event): "done" for event in ("pull merged", "resolved", "not planned")},
    ("abandoned", "not planned"): "abandoned",
    ("abandoned", "pull closed"): "abandoned",
    ("done", "pull closed"): "done",
    **{(phase, "reopened"): "open" for phase in OVER},
    **{(phase, "reopened with a pull"): "in-progress" for phase in OVER},
}


def next_phase(phase: Phase, event: Event) -> Phase:
    """The phase after something happened; one in which nobody expects it stays."""
    return TABLE.get((phase, event), phase)


def is_expected(phase: Phase, event: Event) -> bool:
    """Whether the table says what comes of it."""
    return (phase, event) in TABLE
