"""Tools are offered as a model can take them, and what it answers is read the same way; a call as text is no call."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.llm.modes import object_of, read, refused, shape
from bot.llm.port import Ask, Call, Message, Reply, Result, Tool, Usage, WrongAnswerError, user

NOTE = Tool(name="note", description="Writes a word down.", schema=object_of({"word": {"enum": ["red", "green"]}}))
ASK = Ask(system="You help.", messages=(user("Note red."),), tools=(NOTE,), max_tokens=100)
LOG = (
    user("Note red, then green."),
    Message(
        role="assistant",
        text="I begin.",
        calls=(
            Call(id="c1", name="note", arguments={"word": "red"}),
            Call(id="c2", name="note", arguments={"word": "blue"}),
        ),
    ),
    Message(
        role="user",
        results=(Result(call_id="c1", text="noted"), Result(call_id="c2", text="no blue", is_error=True)),
        text="And hurry.",
    ),
)


def test_an_answer_is_a_call_or_fits_a_schema() -> None:
    with pytest.raises(ValueError, match="tools or a schema"):
        replace(ASK, schema={"type": "object"})


def reply(text: str = "", *, stop: str = "end", calls: tuple[Call, ...] = ()) -> Reply:
    return Reply(text=text, stop=stop, calls=calls, usage=Usage())


def step(action: str, **arguments: Any) -> str:
    return json.dumps({"step": {"action": action, "arguments": arguments}})


def test_a_union_holds_exactly_the_granted_tools_and_the_controls() -> None:
    shaped = shape(ASK, "json_schema")
    assert shaped.tools == ()
    assert shaped.schema
    shapes = shaped.schema["properties"]["step"]["anyOf"]  # type: ignore[index]
    assert [one["properties"]["action"]["enum"] for one in shapes] == [
        ["note"],
        ["ask"],
        ["reply"],
        ["done"],
    ]
    assert "- note: Writes a word down." in shaped.system


def test_in_words_the_same_schema_stands_in_the_prompt() -> None:
    shaped = shape(ASK, "none")
    assert (shaped.tools, shaped.schema) == ((), None)
    assert json.dumps(shape(ASK, "json_schema").schema) in shaped.system
    structured = replace(ASK, tools=(), schema=NOTE.schema)
    assert shape(structured, "json_schema") is structured
    assert json.dumps(NOTE.schema) in shape(structured, "none").system


def test_a_log_with_calls_goes_on_in_words() -> None:
    said = shape(replace(ASK, messages=LOG), "json_schema").messages
    assert [(message.role, message.text) for message in said] == [
        ("user", "Note red, then green."),
        ("assistant", step("note", word="red")),
        ("user", "Result of note:\nnoted"),
        ("assistant", step("note", word="blue")),
        ("user", "Error of note:\nno blue\n\nAnd hurry."),
    ]


def test_of_an_action_that_was_broken_off_nobody_reads_a_word() -> None:
    half = reply(step("reply", text="so")[:40], stop="refusal")
    assert (refused(ASK, "json_schema", half).text, refused(ASK, "none", half).text) == ("", "")
    assert refused(ASK, "native", reply("I would", stop="refusal")).text == "I would"
    assert refused(ASK, "none", reply("I would", stop="refusal")).text == "I would"


@pytest.mark.parametrize(
    "text",
    [
        step("note", word="red"),
        '{"action": "note", "arguments": {"word": "red"}}',
        '```json\n{"action": "note", "arguments": {"word": "red"}}\n```',
        '{"tool": "note", "args": {"word": "red"}, "thought": "it said so"}',
        '{"function": {"name": "note", "arguments": "{\\"word\\": \\"red\\"}"}}',
    ],
)
@pytest.mark.parametrize("mode", ["json_schema", "none"])
def test_an_action_is_a_call_under_our_own_id(mode: Any, text: str) -> None:
    answer = read(replace(ASK, messages=LOG), mode, reply(text))
    assert answer.calls == (Call(id="c3", name="note", arguments={"word": "red"}),)
    assert answer.stop == "tools"


def test_words_around_it_are_taken_only_of_who_knows_no_better() -> None:
    text = f"Of course! {step('note', word='red')} Done."
    assert read(ASK, "none", reply(text)).calls[0].name == "note"
    with pytest.raises(WrongAnswerError):
        read(ASK, "json_schema", reply(text))
    assert read(ASK, "none", reply("It is red.")).text == "It is red."
    with pytest.raises(WrongAnswerError):
        read(ASK, "json_schema", reply("It is red."))


def test_reply_and_done_end_it_and_the_others_are_for_the_loop() -> None:
    assert read(ASK, "json_schema", reply(step("reply", text="It is red."))).text == "It is red."
    done = read(ASK, "json_schema", reply(step("done")))
    assert (done.text, done.calls, done.stop) == ("", (), "end")
    [asked] = read(ASK, "json_schema", reply(step("ask", question="Which?"))).calls
    assert (asked.name, asked.arguments) == ("ask", {"question": "Which?"})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (step("drop_tables"), "action: must be one of note, ask, reply, done"),
        (step("note", word="blue"), "arguments.word: must be one of"),
        (step("note", word="red", force=True), "arguments.force: there is no such key"),
        (step("note"), "arguments.word: is missing"),
        ('{"action": "note", "arguments": "red"}', "arguments: must be object"),
    ],
)
@pytest.mark.parametrize("mode", ["json_schema", "none"])
def test_a_wrong_action_is_no_call(mode: Any, text: str, complaint: str) -> None:
    with pytest.raises(WrongAnswerError, match=complaint):
        read(ASK, mode, reply(text))


def test_a_native_call_that_does_not_fit_says_so_for_the_model() -> None:
    calls = (
        Call(id="x", name="note", arguments={"word": "red"}),
        Call(id="y", name="note", arguments={"word": True}),
        Call(id="z", name="drop", arguments={}),
        Call(id="", name="note", arguments={}, problem="the arguments are no JSON object"),
    )
    answer = read(ASK, "native", reply(calls=calls, stop="tools"))
    assert [call.id for call in answer.calls] == ["c1", "c2", "c3", "c4"]
    assert [call.problem for call in answer.calls] == [
        "",
        'arguments.word: must be one of "red", "green"',
        "there is no tool drop; there are note",
        "the arguments are no JSON object",
    ]
