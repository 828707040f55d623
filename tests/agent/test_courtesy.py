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
        "thanks everyone",
        "thx <@U2>",
        "@bob thanks!",
        "cool, thank you all",
        "Vielen Dank euch",
        "gute Arbeit",
        "+1",
        "lgtm",
        "nope",
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
        "<@U2>?",
        "team",
        "+1 from support",
        "thanks all, redis is down",
        "@a." * 2000,
    ],
)
def test_words_that_say_something(text: str) -> None:
    assert not is_courtesy(text)
