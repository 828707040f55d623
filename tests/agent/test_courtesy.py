"""Thanks, greetings and emoji are polite words; whatever says more is not."""

import pytest

from agent.courtesy import is_courtesy


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thanks a lot!",
        "ok",
        "OK, thank you :tada:",
        ":+1:",
        "🎉",
        "!!!",
        "vielen Dank!",
        "super, danke dir",
        "ok 👍🏽",
        "merci beaucoup !",
        "d'accord, merci",
        "¡muchas gracias!",
        "vale, perfecto :pray:",
    ],
)
def test_courtesy(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "thanks, redis is down",
        "ok but it fails again",
        "hi redis",
        ":fire: redis",
        "okta is down",
        "404",
        "merci de fermer CH-1",
        "gracias, pero falla",
    ],
)
def test_words_that_say_something(text: str) -> None:
    assert not is_courtesy(text)
