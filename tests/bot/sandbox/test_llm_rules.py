"""Which rule fits a request, what fills its slots, and how a call is made where only a schema or words offer it."""

import json
from typing import Any

import pytest

from bot.sandbox.llm import Call, Match, Reply, Rule
from bot.sandbox.llm.asked import Asked
from bot.sandbox.llm.book import Book
from bot.sandbox.llm.faults import Fault, UnscriptedError
from bot.sandbox.llm.messages import read
from bot.sandbox.llm.schemas import actions, called, objects_in, sample, told
from bot.sandbox.llm.speech import spoken

CLOSE = {
    "type": "object",
    "properties": {
        "action": {"const": "close_issue"},
        "number": {"type": "integer"},
        "why": {"type": ["string", "null"]},
    },
    "required": ["action", "number", "why"],
}
SAY = {"type": "object", "properties": {"action": {"const": "reply"}, "text": {"type": "string"}}}
UNION = {"anyOf": [{"$ref": "#/$defs/close"}, SAY], "$defs": {"close": CLOSE}}
WITHIN = {"type": "object", "properties": {"step": {"oneOf": [CLOSE, SAY]}}, "required": ["step"]}
FLAT = {
    "type": "object",
    "properties": {
        "tool": {"enum": ["close_issue", "reply"]},
        "arguments": {"type": "object"},
        "note": {"type": "string"},
    },
}
AS_TEXT = {"type": "object", "properties": {"name": {"enum": ["close_issue"]}, "args": {"type": "string"}}}
TOOL = {"name": "close_issue", "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}}}


def asked(*said: str, system: str = "Purpose: close things", **more: Any) -> Asked:
    """A conversation in words, the user's side first."""
    messages = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)]
    return read({"model": "small-1", "max_tokens": 20, "system": system, "messages": messages, **more})


def schema(value: object) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": value}}}


def results(text: str) -> Asked:
    call = {"type": "tool_use", "id": "t1", "name": "close_issue", "input": {"number": 12}}
    messages = [
        {"role": "user", "content": "close #12"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": text}]},
        {"role": "user", "content": "and tell bob"},
    ]
    return read({"model": "m", "max_tokens": 20, "messages": messages, "tools": [TOOL]})


@pytest.mark.parametrize(
    ("match", "request_", "fits"),
    [
        (Match(), asked("hi"), True),
        (Match(purpose="^close"), asked("hi"), True),
        (Match(purpose="^close"), asked("hi", system="\nYou close things.\nMore."), False),
        (Match(purpose="^You close things.$"), asked("hi", system="\nYou close things.\nMore."), True),
        (Match(text="third"), asked("first", "second", "third"), True),
        (Match(text="first"), asked("first", "second", "third"), False),
        (Match(opening="first", turn=1), asked("first", "second", "third"), True),
        (Match(turn=0), asked("first", "second", "third"), False),
        (Match(tools=("close_issue",)), asked("hi", tools=[TOOL]), True),
        (Match(tools=("close_issue",)), asked("hi"), False),
        (Match(tools=("close_issue", "reply")), asked("hi", **schema(UNION)), True),
        (Match(no_tools=True), asked("hi", tools=[TOOL]), False),
        (Match(no_tools=True), asked("hi", **schema(UNION)), False),
        (Match(no_tools=True), asked("hi", **schema({"type": "object", "properties": {"word": {}}})), True),
        (Match(no_tools=True), asked("hi", **schema({"anyOf": [SAY, SAY]})), True),
        (Match(called="close_issue", result="R-9", text="bob"), results("R-9 closed"), True),
        (Match(result="R-8"), results("R-9 closed"), False),
        (Match(result=""), asked("hi"), False),
        (Match(said="things"), asked("hi"), True),
        (Match(model="small"), asked("hi"), True),
        (Match(model="large"), asked("hi"), False),
        (Match(judge=lambda body: body["max_tokens"] == 20), asked("hi"), True),
        (
            Match(called="close_issue", result="R-9"),
            asked("close #12", '{"action": "close_issue", "number": 12}', "result: R-9", **schema(UNION)),
            True,
        ),
    ],
)
def test_a_match_looks_at_what_is_said_and_offered(match: Match, request_: Asked, fits: bool) -> None:
    assert all(holds for holds, _ in match.judged(request_)) == fits


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (lambda: Match(text="("), "is no regular expression"),
        (lambda: Reply(text="a", json={"b": 1}), "has one of"),
        (lambda: Rule(reply=Reply(text="{{who}}")), "no group of its match is called who"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_when_it_is_made(bad: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bad()


def test_what_is_found_fills_the_reply() -> None:
    match = Match(text=r"#(?P<number>\d+) because (?P<why>.+)")
    call = Call("close_issue", {"number": "{{number|int}}", "note": ["{{why}}", True], "id": "{{ number }}"})
    draft = spoken(
        Rule(match=match, reply=Reply(text="so: {{why}}", calls=(call,))), asked("#12 because old", tools=[TOOL]), None
    )
    assert draft.text == "so: old"
    assert draft.calls[0].arguments == {"number": 12, "note": ["old", True], "id": "12"}
    assert draft.stop == "tool_use"
    raw = Rule(match=match, reply=Reply(text="{{why}} {{not}}", raw=True))
    assert spoken(raw, asked("#12 because old"), None).text == "{{why}} {{not}}"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (UNION, {"action": "close_issue", "number": 12, "why": None}),
        (WITHIN, {"step": {"action": "close_issue", "number": 12, "why": None}}),
        (FLAT, {"tool": "close_issue", "arguments": {"number": 12}, "note": "text"}),
        (AS_TEXT, {"name": "close_issue", "args": '{"number": 12}'}),
    ],
)
def test_a_call_becomes_the_action_of_a_schema(shape: dict[str, Any], expected: dict[str, Any]) -> None:
    rule = Rule(reply=Reply(calls=(Call("close_issue", {"number": 12}),)))
    enforced = spoken(rule, asked("hi", **schema(shape)), None)
    assert (json.loads(enforced.text), enforced.calls, enforced.stop) == (expected, (), "end_turn")
    in_words = asked("hi", system=f"Answer with one JSON object of this schema:\n{json.dumps(shape)}\nNothing else.")
    assert json.loads(spoken(rule, in_words, None).text) == expected
    broken = spoken(rule, asked("hi", **schema(shape)), Fault(kind="broken_json"))
    with pytest.raises(ValueError, match=r"."):
        json.loads(broken.text)
    unknown = json.loads(spoken(rule, asked("hi", **schema(shape)), Fault(kind="unknown_tool")).text)
    assert "no_such_tool" in json.dumps(unknown)


def test_where_nothing_is_offered_a_call_is_text() -> None:
    rule = Rule(reply=Reply(calls=(Call("close_issue", {"number": 12}),)))
    assert spoken(rule, asked("hi"), None).text == '```json\n{"name": "close_issue", "arguments": {"number": 12}}\n```'


def test_a_text_becomes_a_reply_unless_it_is_raw_or_an_object() -> None:
    for reply, expected in (
        (Reply(text="hello"), '{"action": "reply", "text": "hello"}'),
        (Reply(text="hello", raw=True), "hello"),
        (Reply(text='{"action": 7}'), '{"action": 7}'),
    ):
        assert spoken(Rule(reply=reply), asked("hi", **schema(UNION)), None).text == expected
    assert told({"type": "object", "properties": {"word": {}}}, "hello") is None


def test_schemas_are_read() -> None:
    assert [one.name for one in actions(UNION)] == ["close_issue", "reply"]
    assert actions({"type": "object", "properties": {"category": {"enum": ["bug"]}}}) == ()
    assert called({"type": "object"}, "close_issue", {}) is None
    wanted = {
        "type": "object",
        "required": ["a", "b", "c", "d", "e", "f"],
        "properties": {
            "a": {"enum": ["x", "y"]},
            "b": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 3}},
            "c": {"type": "string", "minLength": 6},
            "d": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "e": {"type": "boolean"},
            "f": {"type": "object", "properties": {"g": {"type": "string", "maxLength": 2}}},
            "h": {"type": "string"},
        },
    }
    assert sample(wanted) == {"a": "x", "b": [3], "c": "text..", "d": None, "e": False, "f": {"g": "te"}}
    assert list(objects_in('{a} {"b": 1} ``` {"c": {"d": 2}} {')) == [{"b": 1}, {"c": {"d": 2}}]


def test_the_first_rule_that_fits_is_taken_until_it_is_used_up() -> None:
    book = Book([Rule(name="once", times=1), Rule(name="then", match=Match(text="hi"))], defaults=[Rule(name="last")])
    book.add(Rule(name="added", match=Match(text="ho"), times=0))
    taken = []
    for text in ("hi", "hi", "ho"):
        entry = book.find(asked(text))
        entry.answers += 1
        taken.append(entry.rule.name)
    assert taken == ["once", "then", "last"]
    book.defaults = []
    with pytest.raises(UnscriptedError, match=r'nearest is "added": it has given its 0 answers$'):
        book.find(asked("ho"))
    with pytest.raises(UnscriptedError, match=r"there are none$"):
        Book().find(asked("ho"))
