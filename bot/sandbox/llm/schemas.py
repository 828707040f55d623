"""Reads JSON schemas as a model would: what fits one, and which actions an answer may be."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
Pick = Callable[[str, Schema], object]  # a property's name and schema -> its value, or None for any that fits
NAMED_BY = ("action", "tool", "call", "name", "type", "kind")
ARGUMENTS = ("arguments", "args", "input", "parameters", "params")
REPLIES = ("reply", "answer", "say", "respond", "message", "text", "done", "finish", "final")
TALK = (*REPLIES, "ask", "handover")  # actions that are no tools
UNIONS = ("anyOf", "oneOf")


@dataclass(frozen=True)
class Action:
    """One thing an answer may be: `key` holds its `name`; `within` is the property that holds it all, if one does."""

    name: str
    key: str
    branch: Schema
    root: Schema
    within: str = ""

    def filled(self, name: str, arguments: Mapping[str, object]) -> dict[str, object]:
        """The answer that calls a tool."""
        rest = {key: part for key, part in self.branch["properties"].items() if key != self.key}
        value: dict[str, object] = {self.key: name}
        if holder := next((key for key in ARGUMENTS if key in rest), None):
            as_text = _resolved(rest[holder], self.root).get("type") == "string"
            value[holder] = json.dumps(arguments) if as_text else dict(arguments)
            arguments = {}
        value |= {key: sample(part, self.root) for key, part in rest.items() if key not in value} | dict(arguments)
        return {self.within: value} if self.within else value


def actions(schema: Schema | None) -> tuple[Action, ...]:
    """Which actions a schema lets one choose from; none when it is about something else."""
    if not schema:
        return ()
    properties: Mapping[str, Schema] = schema.get("properties") or {}
    within = next(iter(properties)) if len(properties) == 1 else ""
    inner = _branches(properties[within], schema) if within else []
    branches = inner if len(inner) > 1 else _branches(schema, schema)
    return tuple(
        Action(name, key, branch, schema, within if len(inner) > 1 else "")
        for branch in branches
        for key, names in _names(branch, schema)
        for name in names
    )


def called(schema: Schema, name: str, arguments: Mapping[str, object]) -> dict[str, object] | None:
    """The answer that calls a tool, in the shape of its likes when it is none of the schema's."""
    known = actions(schema)
    like = [one for one in known if one.name == name] or [one for one in known if one.name not in TALK] or known
    return like[0].filled(name, arguments) if like else None


def told(schema: Schema, text: str) -> dict[str, object] | None:
    """The answer that says something."""
    for one in sorted((one for one in actions(schema) if one.name in REPLIES), key=lambda one: REPLIES.index(one.name)):
        parts = {key: _resolved(part, schema) for key, part in one.branch["properties"].items() if key != one.key}
        if holder := next((key for key in ARGUMENTS if "properties" in parts.get(key, {})), None):
            parts = {key: _resolved(part, schema) for key, part in parts[holder]["properties"].items()}
        words = [key for key, part in parts.items() if part.get("type") == "string" and "enum" not in part]
        if words:
            return one.filled(one.name, {words[0]: text})
    return None


def sample(schema: Schema, root: Schema | None = None, *, pick: Pick | None = None, name: str = "") -> object:
    """The smallest value that fits; `pick` may choose others."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    if pick and (chosen := pick(name, schema)) is not None:
        return chosen
    if union := next((schema[key] for key in UNIONS if key in schema), None):
        parts = [_resolved(part, root) for part in union]
        return None if any(part.get("type") == "null" for part in parts) else sample(parts[0], root, pick=pick)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds if isinstance(kinds, str) else "null" if "null" in kinds else kinds[0]
    return _of_kind(kind, schema, root, pick)


def _of_kind(kind: str, schema: Schema, root: Schema, pick: Pick | None) -> object:
    if kind == "object":
        properties = schema.get("properties") or {}
        wanted = schema.get("required", list(properties))
        return {key: sample(properties[key], root, pick=pick, name=key) for key in wanted if key in properties}
    if kind == "array":
        return [sample(schema.get("items") or {}, root, pick=pick)] * schema.get("minItems", 0)
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    return None if kind == "null" else "text".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", None)]


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, the outer ones, whatever stands around them."""
    decoder, at = json.JSONDecoder(), 0
    while start := re.compile(r"\{").search(text, at):
        try:
            value, at = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            at = start.end()
            continue
        yield value


def written_in(text: str) -> Schema | None:
    """The first JSON schema of an object that a text quotes."""
    return next((one for one in objects_in(text) if "properties" in one or any(key in one for key in UNIONS)), None)


def _branches(schema: Schema, root: Schema) -> list[Schema]:
    schema = _resolved(schema, root)
    union = next((schema[key] for key in UNIONS if key in schema), None)
    if union is None:
        return [schema] if "properties" in schema else []
    return [branch for part in union for branch in _branches(part, root)]


def _names(branch: Schema, root: Schema) -> list[tuple[str, list[str]]]:
    for key in NAMED_BY:
        part = _resolved(branch["properties"].get(key, {}), root)
        names = [part["const"]] if "const" in part else part.get("enum", [])
        if names := [name for name in names if isinstance(name, str)]:
            return [(key, names)]
    return []


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        part: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            part = part[step]
        schema = part
    return schema
