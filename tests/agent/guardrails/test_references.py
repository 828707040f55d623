"""A model names only what it was shown; no text in any language decides that, only the references in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.references import complaint, references, unknown, without
from prompts.words import speaking

SHA = "3f2a9c1d5e7b8a90c1d2e3f4a5b6c7d8e9f0a1b2"
WAYS = [
    "CH-7",
    "P-7",
    "R-7",
    "T-7",
    "#7",
    "GH-7",
    "acme/shop#7",
    SHA,
    SHA[:7],
    "https://a.example/b?c=1",
    "<@U1>",
    "@bob",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "frame", ["{}", "see {}.", "`{}`", "> {}", "*{}*, (_{}_)", "```\n{}\n```", "[words]({})", "解决了 {} 了", "تم {}"]
)
def test_it_is_found_wherever_it_stands_and_known_when_it_was_shown(way: str, frame: str) -> None:
    text = frame.replace("{}", way)
    assert unknown(text, ["nothing of that kind: CH-77, #77"]) == [way]
    assert unknown(text, ["something else", f"it was {way} that was shown"]) == []
    assert unknown(without(text, [way]), []) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ch-7", "CH-7"),
        ("CH\u20117", "CH-7"),
        ("CH-\u200b7", "CH-7"),
        ("CH-07", "CH-7"),
        ("ＣＨ－７", "CH-7"),
        ("CH-7", "ＣＨ-７"),
        ("＃７", "#7"),
        ("Acme/Shop#7", "acme/shop#7"),
        ("acme/shop#7", "https://github.com/acme/shop/issues/7"),
        ("acme/shop#7", "https://github.com/acme/shop/pull/7/files"),
        ("acme/shop#7 and #7", "<https://github.com/acme/shop/pull/7#discussion_r1|words>"),
        ("#7", "acme/shop#7"),
        ("GH-7", "#7"),
        (SHA[:8], SHA),
        (SHA[:8].upper(), f"https://github.com/acme/shop/commit/{SHA}"),
        ("https://a.example/b/", "HTTPS://a.example/b"),
        ("https://a.example/b", "(https://a.example/b)."),
        ("https://a.example/b_(c)", "see https://a.example/b_(c), then"),
        ("https://a.example/?a=1&b=2", "<https://a.example/?a=1&amp;b=2>"),
        ("<@U1|bob>", "<@U1>"),
        ("@bob", '{"author": "Bob"}'),
        ("@acme/payments", "team acme/payments"),
        ("@bob_", "by @bob"),
    ],
)
def test_the_same_thing_may_be_written_in_several_ways(text: str, shown: str) -> None:
    assert unknown(text, [shown]) == []


@pytest.mark.parametrize(
    ("text", "shown", "missing"),
    [
        ("CH-1", "CH-12", ["CH-1"]),
        ("CH-12", "CH-1", ["CH-12"]),
        ("ＣＨ－12, ＣＨ-13 and ＃44", "CH-1", ["ＣＨ－12", "ＣＨ-13", "＃44"]),
        ("CH-1", "XCH-1 and CH-1a", ["CH-1"]),
        ("#1", "#12 &#1; v#", ["#1"]),
        ("acme/other#7", "acme/shop#7 other", ["acme/other#7"]),
        ("acme/shop#7", "#7", ["acme/shop#7"]),
        (SHA, SHA[:8], [SHA]),
        ("https://a.example/b/c", "https://a.example/b", ["https://a.example/b/c"]),
        ("https://a.example", "https://a.example.evil.example", ["https://a.example"]),
        ("<@U1>", "U1, <@U12>", ["<@U1>"]),
        ("@bob", "bobby", ["@bob"]),
        ("PR#88", "88", ["#88"]),
        ("CH-1, ch-1 and CH-2", "", ["CH-1", "CH-2"]),
    ],
)
def test_only_a_whole_reference_counts(text: str, shown: str, missing: list[str]) -> None:
    assert unknown(text, [shown]) == missing


@pytest.mark.parametrize(
    "text", ["UTF-8", "bob@acme.example", "deadbeef", "1234567", "and/or", "3.5", "[[R-9]]", "x86-64", ""]
)
def test_other_things_are_no_references(text: str) -> None:
    assert [*references(text)] == []


@pytest.mark.parametrize(
    ("text", "missing", "left"),
    [
        ("… ＣＨ－１ and CH-12.", ["CH-1"], "… [unverified reference removed] and CH-12."),
        ("CH-1 and CH-12.", ["CH-1"], "[unverified reference removed] and CH-12."),
        ("[here](https://a.example/x) it is", ["https://a.example/x"], "here [unverified reference removed] it is"),
        ("<https://a.example/x|here> it is", ["https://a.example/x"], "here [unverified reference removed] it is"),
        ("[R-9]: ok [[R-9]]", ["R-9"], "[[unverified reference removed]]: ok [[R-9]]"),
    ],
)
def test_what_is_removed_is_marked(text: str, missing: list[str], left: str) -> None:
    assert without(text, missing) == left


def test_the_mark_is_in_the_language_that_is_spoken_and_the_complaint_names_each() -> None:
    with speaking("de"):
        assert without("CH-1", ["CH-1"]) == "[unbelegter Verweis entfernt]"
    assert "\n- CH-1\n- #7\n" in complaint(["CH-1", "#7"])


PIECES = st.sampled_from(
    [*WAYS, "[", "]", "(", ")", "<", ">", "`", "*", "_", "|", " ", "\n", "words", "https://", "[[R-9]]", "/", "-", "."]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(st.sampled_from(WAYS), max_size=4))
def test_nothing_unknown_is_left_whatever_it_is_mixed_with(text: str, shown: list[str]) -> None:
    for _ in range(12):  # what is removed may bring together what stood around it
        if missing := unknown(text, shown):
            text = without(text, missing)
    assert unknown(text, shown) == []
