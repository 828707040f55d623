"""Which rule decides: path before component, label, keyword and channel, then the longest, and equal ones nobody."""

from agent.ownership.fit import Clues, Fit, best, clues_of, folder_of, paths_in
from agent.triage.schema import Report
from storage.ownership import CODEOWNERS, MANUAL, Rule


def rule(kind: str, pattern: str, team_id: int | None, *, place: int = 0) -> Rule:
    source, origin = (CODEOWNERS, "acme/shop") if place else (MANUAL, "")
    return Rule(hash((kind, pattern, team_id)), kind, pattern, team_id, (), source, origin, place)


def clues(text: str) -> Clues:
    return clues_of(Report(text=text), labels=["Area/Web"], channels=["C1", "ops-eu"])


def decide(text: str, *rules: Rule) -> int | None:
    said = clues(text)
    fit = best(
        said,
        spoken=[one for one in rules if one.kind != "path"],
        paths=[one for one in rules if one.kind == "path"],
        called=[one for one in rules if one.kind == "path" and folder_of(one.pattern) in said.words.places],
    )
    return fit.rule.team_id if fit.rule else None


BY_RANK = [
    rule("path", "services/search/*.py", 1),
    rule("path", "services/checkout", 2),
    rule("component", "checkout", 3),
    rule("label", "area/*", 4),
    rule("keyword", "checkout", 5),
    rule("channel", "ops-*", 6),
]


def test_each_kind_counts_more_than_the_next() -> None:
    text = "checkout fails in services/search/index.py"
    assert [decide(text, *BY_RANK[n:]) for n in range(len(BY_RANK))] == [1, 2, 3, 4, 5, 6]


def test_the_longest_match_wins_and_equal_ones_leave_it_open() -> None:
    short, long, other = rule("keyword", "queue", 1), rule("keyword", "message queue", 2), rule("keyword", "disk", 3)
    assert decide("the message queue is stuck", short, long) == 2
    assert decide("the queue fills the disk", short, other) is None
    assert decide("the queue is stuck, so the disk fills", short, other) == 1  # the cause is usually named first
    assert decide("not the queue, the disk", short, other) == 3
    assert best(clues("nothing"), spoken=[short]) == Fit()


def test_the_last_line_of_a_file_counts_and_may_clear() -> None:
    everything, mine, nobody = (
        rule("path", "*", 1, place=1),
        rule("path", "src/", 2, place=2),
        rule("path", "src/gen/", None, place=3),
    )
    assert decide("see src/main.py", everything, mine, nobody) == 2
    assert decide("see lib/main.py", everything, mine, nobody) == 1
    assert decide("see src/gen/api.py", everything, mine, nobody) is None


def test_paths_are_found_but_not_those_of_links() -> None:
    text = "https://x.example/a/b.html broke `src/app.py` and main.go, v1.2 is fine; see services/checkout/"
    assert paths_in(text) == ("src/app.py", "main.go", "services/checkout")


def test_a_folder_is_called_by_its_name() -> None:
    assert [folder_of(one) for one in ("/services/Checkout/", "docs", "a/*", "a/b.py")] == [
        "checkout",
        None,
        None,
        None,
    ]
