"""An answer is held against its schema here: nothing is made to fit, and nothing is passed over."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.triage.model import answer_schema
from bot.llm.checks import first_object, loaded, wrong
from bot.llm.modes import object_of, union
from bot.llm.port import Tool, WrongAnswerError

TOOL = Tool(name="note", description="d", schema=object_of({"word": {"type": "string", "maxLength": 3}}))
UNION = union([TOOL, Tool(name="done", description="d", schema=object_of({}))])
CASES: list[tuple[dict[str, Any], Any]] = [
    ({"type": "string"}, "a"),
    ({"type": "string"}, 1),
    ({"type": "boolean"}, True),
    ({"type": "boolean"}, "true"),
    ({"type": "integer"}, 3),
    ({"type": "integer"}, "3"),
    ({"type": "integer"}, True),
    ({"type": "number"}, 3.5),
    ({"type": "number"}, False),
    ({"type": ["string", "null"]}, None),
    ({"type": ["string", "null"]}, 0),
    ({"enum": ["a", None]}, None),
    ({"enum": ["a", 1]}, True),
    ({"enum": ["a", 1]}, "1"),
    ({"const": "x"}, "y"),
    ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, [1, 2]),
    ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, [1, 2, 3]),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 1}, []),
    ({"type": "array", "items": {"type": "integer"}}, [1, "2"]),
    ({"type": "string", "minLength": 2, "pattern": "^a"}, "ab"),
    ({"type": "string", "minLength": 2}, "a"),
    ({"type": "string", "pattern": "^a"}, "b"),
    ({"minimum": 0, "maximum": 1}, 0.5),
    ({"minimum": 0, "maximum": 1}, 1.5),
    ({"exclusiveMinimum": 0}, 0),
    ({"exclusiveMaximum": 1}, 1),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1),
    ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1),
    ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1),
    ({"allOf": [{"minLength": 2}, {"maxLength": 3}]}, "abcd"),
    ({"$defs": {"word": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/word"}}}, {"a": 1}),
    ({"$defs": {"word": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/word"}}}, {"a": "b"}),
    ({"additionalProperties": {"type": "integer"}}, {"a": "b"}),
    (object_of({"a": {"type": "string"}}), {"a": "b", "c": 1}),
    (object_of({"a": {"type": "string"}}), {}),
    (object_of({"a": {"type": "string"}}), []),
    (UNION, {"step": {"action": "note", "arguments": {"word": "red"}}}),
    (UNION, {"step": {"action": "note", "arguments": {"word": "green"}}}),
    (UNION, {"step": {"action": "note", "arguments": {}}}),
    (UNION, {"step": {"action": "done", "arguments": {}}}),
    (UNION, {"step": {"action": "drop", "arguments": {}}}),
]


@pytest.mark.parametrize(("schema", "value"), CASES, ids=[json.dumps(case) for case in CASES])
def test_it_judges_as_the_standard_does(schema: dict[str, Any], value: Any) -> None:
    assert (wrong(value, schema) == []) == Draft202012Validator(schema).is_valid(value)


def test_the_schema_of_triage_is_known_to_it() -> None:
    assert "answer.title: is missing" in wrong({}, answer_schema(["Platform"]))


def test_a_schema_that_it_does_not_know_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="patternProperties"):
        wrong({}, {"patternProperties": {}})


def test_the_place_is_named() -> None:
    problems = wrong({"step": {"action": "note", "arguments": {"word": "green"}}}, UNION)
    assert problems == ["answer.step.arguments.word: must have at most this many characters: 3"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Sure! Here it is: {"a": {"b": 2}} and {"c": 3}.', {"a": {"b": 2}}),
        ('{this is no json} {"a": 1}', {"a": 1}),
        ("no object", None),
        ('{"a": NaN}', None),
        ('{"a": ', None),
        ("{" * 100_000, None),
        ('{"a":' * 100_000, None),
    ],
)
def test_the_first_object_of_a_text_is_found(text: str, value: object) -> None:
    assert first_object(text) == value


@pytest.mark.parametrize("text", ['Sure: {"a": 1}', "", "[" * 100_000, '{"a": Infinity}'])
def test_read_strictly_there_is_nothing_beside_the_json(text: str) -> None:
    with pytest.raises(WrongAnswerError, match="is no JSON"):
        loaded(text)
