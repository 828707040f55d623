"""Holds each request to GitHub, and each of the sandbox's answers, against GitHub's own description of its API.

The description is that of API version 2022-11-28, the one that is published as a package.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker

from bot.sandbox.github import Exchange

PACKED = Path(__file__).parent / "data" / "github" / "openapi.json.gz"
JSON = "application/json"
# What any call may be answered, said or not: caching, moving, keys, rights, limits and breakdowns.
ALWAYS_POSSIBLE = {301, 304, 307, 400, 401, 403, 404, 409, 410, 422, 429, 451, 500, 502, 503, 504}

Schema = dict[str, Any]


class Contract:
    """Give it to the sandbox as `observe`; `broken` lists what is against the description."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.checked = 0

    def __call__(self, exchange: Exchange) -> None:
        self.checked += 1
        call = f"{exchange.method} {exchange.path}"
        self.broken += [f"{call}: {problem}" for problem in problems(exchange)]


def problems(exchange: Exchange) -> Iterator[str]:
    """What is wrong with a request or its answer."""
    operation = _description()["paths"].get(exchange.template, {}).get(exchange.method.lower())
    if operation is None:
        yield "no such call is described"
        return
    yield from _query(exchange.query, operation)
    yield from _body(exchange, operation)
    yield from _answer(exchange, operation)


def _query(query: dict[str, str], operation: Schema) -> Iterator[str]:
    described = {one["name"]: one for one in map(_resolved, operation.get("parameters", ())) if one["in"] == "query"}
    for name, text in query.items():
        if name not in described:
            yield f"unknown query parameter {name}"
        else:
            schema = described[name]["schema"]
            yield from (f"?{name}: {error}" for error in _errors(schema, _typed(text, _resolved(schema))))


def _typed(text: str, schema: Schema) -> Any:
    if schema.get("type") == "integer" and text.lstrip("-").isdigit():
        return int(text)
    return {"true": True, "false": False}.get(text, text) if schema.get("type") == "boolean" else text


def _body(exchange: Exchange, operation: Schema) -> Iterator[str]:
    described = _resolved(operation.get("requestBody", {}))
    schema = described.get("content", {}).get(JSON, {}).get("schema")
    if schema is None:
        if exchange.body:
            yield "a body where none is described"
    elif exchange.body is not None or described.get("required"):
        sent = exchange.body or {}
        yield from (f"sent {error}" for error in (*_errors(schema, sent), *_strangers(schema, sent)))


def _answer(exchange: Exchange, operation: Schema) -> Iterator[str]:
    responses, status = operation["responses"], exchange.status
    if not 200 <= status < 300:
        if str(status) not in responses and status not in ALWAYS_POSSIBLE:
            yield f"undescribed status {status}"
        return
    if str(status) not in responses:
        yield f"undescribed status {status}"
        return
    schema = _resolved(responses[str(status)]).get("content", {}).get(JSON, {}).get("schema")
    if schema is None:
        if exchange.answer:
            yield "an answer where none is described"
        return
    yield from (
        f"answered {error}" for error in (*_errors(schema, exchange.answer), *_strangers(schema, exchange.answer))
    )


def _errors(schema: Schema, value: Any) -> Iterator[str]:
    root = {"allOf": [schema], "components": _description()["components"]}
    for error in OAS30Validator(root, format_checker=oas30_format_checker).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"


def _strangers(schema: Schema, value: Any, at: str = "$") -> Iterator[str]:
    """Keys that no alternative of the schema names, unless it leaves them open."""
    if isinstance(value, list):
        items = [one["items"] for one in _alternatives(schema) if "items" in one]
        for number, each in enumerate(value if items else ()):
            yield from _strangers({"anyOf": items}, each, f"{at}[{number}]")
    if not isinstance(value, dict):
        return
    shapes = [one for one in _alternatives(schema) if one.get("type") == "object" or "properties" in one]
    if not shapes or any(one.get("additionalProperties") or not one.get("properties") for one in shapes):
        return
    for key, each in value.items():
        named = [one["properties"][key] for one in shapes if key in one["properties"]]
        if named:
            yield from _strangers({"anyOf": named}, each, f"{at}.{key}")
        else:
            yield f"{at}: unknown key {key}"


def _alternatives(schema: Schema) -> Iterator[Schema]:
    schema = _resolved(schema)
    yield schema
    for kind in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(kind, ()):
            yield from _alternatives(one)


def _resolved(node: Schema) -> Schema:
    while "$ref" in node:
        kind, name = node["$ref"].removeprefix("#/components/").split("/")
        node = _description()["components"][kind][name]
    return node


@cache
def _description() -> Schema:
    description: Schema = json.loads(gzip.decompress(PACKED.read_bytes()))
    return description
