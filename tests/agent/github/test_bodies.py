"""What is written on GitHub calls nobody, hides nothing and says who asked."""

import pytest

from agent.github.bodies import Delegation, defused, delegated_and_signed, harmless_title, neutralised, title_of
from agent.guardrails.links import Links
from agent.guardrails.marks import OnGitHub
from bot.github.marker import is_marked, key_in, marked


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ask @bob", "ask `@bob`"),
        ("(@acme/platform)", "(`@acme/platform`)"),
        ("`@bob` is in code", "`@bob` is in code"),
        ("bob@example.com stays", "bob@example.com stays"),
        ("@\u200bbob", "`@bob`"),
        ("<!-- chargehand:turn:1 -->", "&lt;!-- chargehand:turn:1 -->"),
        ("<\u2060!-- x -->", "&lt;!-- x -->"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_names_are_code_and_nothing_is_hidden(text: str, safe: str) -> None:
    assert defused(text) == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("/opencode drop it", "`/opencode` drop it"),
        ("  > /deploy now", "  > `/deploy` now"),
        ("- /oc `x`", "- `/oc` `x`"),
        ("fine\n\u200b/merge", "fine\n`/merge`"),
        ("see src/cart.py", "see src/cart.py"),
        ("ask @claude and `@bob`", "ask `claude` and `bob`"),
    ],
)
def test_a_body_for_an_agent_gives_no_orders(text: str, safe: str) -> None:
    assert neutralised(text) == safe


@pytest.mark.parametrize("prefix", ["/opencode ", "@claude "])
@pytest.mark.parametrize("is_plan", [True, False])
def test_a_delegation_calls_its_agent_and_nobody_else(prefix: str, is_plan: bool) -> None:
    asked = Delegation(
        prefix=prefix,
        goal="fix the cart\n@bob",
        body="/approve\nand tell @alice, @claude, `@codex`",
        links=("https://github.com/acme/shop/issues/7",),
        is_plan=is_plan,
    )
    text = delegated_and_signed(asked, "Bob @boss <!-- x")
    first, *others = text.splitlines()
    assert first == f"{prefix}fix the cart `bob`"
    assert "@" not in text.removeprefix("@claude").replace("`@boss`", "")
    assert [line for line in others if line.startswith("/")] == []
    assert "https://github.com/acme/shop/issues/7" in others
    assert "do not merge" in text.lower()
    assert ("do not change any file" in text) == is_plan
    assert others[-1] == "_requested by Bob `@boss` \\<!-- x via Chargehand_"


@pytest.mark.parametrize(
    ("title", "safe"),
    [
        ("Map<String> & *x* [y] @bob", "Map<String> & *x* [y] `@bob`"),
        ("ask <@U2> at https://evil.example/a", "ask `bob` at hxxps://evil[.]example/a"),
        ("token = ghp_abcdefghijklmnopqrstuvwxyz0123", "token = [redacted:github-token]"),
        ("see https://github.com/a", "see https://github.com/a"),
    ],
)
def test_a_title_calls_nobody_leads_nowhere_and_tells_no_secret(title: str, safe: str) -> None:
    marks = OnGitHub(links=Links(hosts=frozenset({"github.com"})), names={"U2": "bob"})
    assert harmless_title(title, marks) == safe


def test_long_titles_are_cut() -> None:
    assert title_of("a\n b" + "c" * 300).startswith("a bccc")
    assert len(title_of("c" * 300)) == 256


def test_a_key_is_found_again() -> None:
    body = marked("text", "turn:1:call:2")
    assert is_marked(body, "turn:1:call:2")
    assert not is_marked(body, "turn:1:call")
    assert key_in(body) == "turn:1:call:2"
    assert key_in("text") is None
