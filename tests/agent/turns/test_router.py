"""The router is told kinds and numbers within its own budget, and its answer is read whatever stands around it."""

import json
from dataclasses import replace

import pytest

from agent.memory.budget import ROUTER_TOKENS, START, estimated
from agent.memory.pieces import Voices, last_words
from agent.specialists import SPECIALISTS
from agent.turns.router import Heard, Part, kept_to, only, open_ones, question, read_route
from bot.errors import ModelError
from bot.events import Actor
from bot.llm.port import WrongAnswerError
from storage.thread_messages import Said

BOB = Actor(person_id=2, slack_id="U0BOB", name="bob", workspace_id="T0SANDBOX", roles={1: "responder"})
STEP = {"specialist": "assign", "goal": "give CH-4 to bob", "needs": False}
ROUTE = json.dumps({"steps": [STEP], "reason": "it says give"})
WRITERS = {"create", "assign", "review", "remind", "comment", "close", "delegate"}
HEARD = Heard(request="why does it fail?", place="the channel #ops")


@pytest.mark.parametrize(
    "text",
    [
        ROUTE,
        f"```json\n{ROUTE}\n```",
        f"I choose {ROUTE} since {{that}} fits.",
        json.dumps({"steps": [STEP | {"mood": "good"}], "reason": "it says give", "more": {"specialist": "close"}}),
        json.dumps({"steps": [{"specialist": "admin", "goal": "x"}, STEP, "close", None], "reason": "it says give"}),
    ],
    ids=["alone", "fenced", "among words", "with keys nobody knows", "with specialists nobody knows"],
)
def test_what_an_answer_says_is_read_and_the_rest_dropped(text: str) -> None:
    route = read_route(text, SPECIALISTS)
    assert route.parts == (Part("assign", "give CH-4 to bob", needs=False),)
    assert (route.by, route.reason) == ("model", "it says give")


def test_of_too_many_steps_the_first_are_taken() -> None:
    text = json.dumps({"steps": [STEP | {"goal": str(number)} for number in range(9)], "reason": ""})
    assert [part.goal for part in read_route(text, SPECIALISTS).parts] == ["0", "1", "2", "3", "4"]
    assert [part.goal for part in read_route(text, SPECIALISTS, most=2).parts] == ["0", "1"]


@pytest.mark.parametrize(
    "text", ["", "assign", "{", "[]", "{}", '{"steps": {}}', '{"steps": [{"specialist": "close", "goal": "x"}]}']
)
def test_where_nothing_is_left_the_model_is_told_what_there_is(text: str) -> None:
    reads = tuple(one for one in SPECIALISTS if one.name == "research")
    with pytest.raises(WrongAnswerError, match="specialists: research"):
        read_route(text, reads)


@pytest.mark.parametrize(
    ("actor", "level", "cut"),
    [
        (BOB, "all", set()),
        (BOB, "own", {"review", "delegate"}),
        (BOB, "read", WRITERS),
        (replace(BOB, roles={}), "all", {"review", "delegate"}),
        (replace(BOB, is_outsider=True), "all", WRITERS),
    ],
    ids=["all", "what is ours", "reads", "of a viewer", "of a guest"],
)
def test_who_could_change_nothing_here_is_not_chosen(actor: Actor, level: str, cut: set[str]) -> None:
    names = {one.name for one in open_ones(actor, origin="person", level=level)}
    assert names == {"research", *WRITERS} - cut


def test_it_is_told_the_phase_and_kinds_and_numbers() -> None:
    told = replace(HEARD, about="CH-4", linked=("issue acme/shop#7", "pull request acme/shop#88"), phase="review")
    [message] = question(told).ask.messages
    assert "about CH-4. Linked to it: issue acme/shop#7, pull request acme/shop#88. Phase of the work: review\n" in (
        message.text
    )
    goal = only("review", "look at acme/shop#88, not acme/shop#89", by="model")
    [part] = kept_to(goal, told).parts
    assert "acme/shop#88" in part.goal, "it was told of it"
    assert "89" not in part.goal
    [bare] = question(HEARD).ask.messages
    assert bare.text.splitlines()[0] == "Place: the channel #ops"


@pytest.mark.parametrize("word", ["why ", "日本語 ", "👍"])
@pytest.mark.parametrize("factor", [START, 2.5])
def test_it_keeps_to_a_budget_of_its_own_with_the_newest_of_the_thread(word: str, factor: float) -> None:
    said = [Said(ts=f"{at}.0", author="U1", kind="person", text=f"no. {at} {word * 60}") for at in range(5)]
    thread = last_words(said, Voices(names={"U1": "ann"}), "f00d")
    found = question(replace(HEARD, request=word * 9_000, thread=thread, factor=factor))
    assert sum(map(estimated(factor), found.ask.texts)) <= ROUTER_TOKENS
    assert "characters are left out here" in found.ask.messages[0].text
    assert found.left_out[0] == "the middle of the request"
    small = question(replace(HEARD, thread=thread, window=1_700))
    kept = [f"no. {at} " in small.ask.messages[0].text for at in range(5)]
    assert kept == sorted(kept)
    assert not kept[0]
    assert kept[-1]


def test_a_window_too_small_for_its_rules_is_said() -> None:
    with pytest.raises(ModelError, match="leave 0 of 100 tokens"):
        question(replace(HEARD, window=400))
