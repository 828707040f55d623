"""A refusal is a sentence, whichever command it refuses."""

import pytest

from agent.commands.doing import DOING, doing
from agent.commands.registry import VERBS
from agent.commands.verb import Slot
from prompts.words import say, speaking


def test_each_command_has_its_words() -> None:
    assert set(DOING) == {verb.name for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS, ids=lambda one: one.name)
def test_they_name_the_ticket_where_there_is_one(verb: object) -> None:
    takes, name = verb.takes, verb.name  # type: ignore[attr-defined]
    assert ("CH-7" in doing(name, "CH-7")) == (Slot.TICKET in takes)


def test_a_refusal_of_each_language_is_a_sentence() -> None:
    said = {}
    for language in ("en", "de"):
        with speaking(language):
            said[language] = say("You may not {doing}: that is for {who}.", doing=doing("priority", "CH-1"), who="X")
    assert said == {
        "en": "You may not change the priority of CH-1: that is for X.",
        "de": "Du darfst nicht: die Priorität von CH-1 ändern. Das dürfen X.",
    }
