"""Who asks why checks fail is heard in four languages, and which pull request is meant."""

import pytest

from agent.turns.hearing.failing import PullSaid, asks_why_ci_fails, pull_said


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("why does CI fail on #88?", True),
        ("what's wrong with the build of acme/shop#88", True),
        ("are the tests of #88 failing?", True),
        ("warum schlägt die Prüfung bei #88 fehl?", True),
        ("wieso ist CI bei #88 rot?", True),
        ("pourquoi les tests de #88 échouent ?", True),
        ("¿por qué fallan las pruebas de #88?", True),
        ("why is redis down?", False),
        ("the tests of #88 fail", False),
        ("who reviews #88?", False),
        ("", False),
    ],
)
def test_it_is_asked(text: str, is_asked: bool) -> None:
    assert asks_why_ci_fails(text) is is_asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why does CI fail on #88?", PullSaid(number=88)),
        ("why does CI fail on acme/shop#88?", PullSaid(number=88, repository="acme/shop")),
        ("see <https://github.com/acme/shop/pull/88>", PullSaid(number=88, repository="acme/shop")),
        ("GH-7 is red, why?", PullSaid(number=7)),
        ("why is CI red?", None),
        ("colour #88ff00", None),
    ],
)
def test_which_one_is_meant(text: str, said: PullSaid | None) -> None:
    assert pull_said(text) == said
