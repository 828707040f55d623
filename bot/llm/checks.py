"""Whether an answer is what was asked for: held against its JSON schema here, whatever a server promises."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.llm.port import WrongAnswerError

AGAIN = "Answer again with exactly one JSON object that fits the schema, and nothing else."
MOST_PROBLEMS = 12
MOST_BRACES = 50  # at which an object is looked for: a long text full of braces must not take long
FENCE = re.compile(r"```[\w-]*\s*\n(.*?)\n?\s*```", re.DOTALL)
KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
# They say something to who reads the schema, and ask for nothing.
REMARKS = frozenset({"title", "description", "default", "examples", "format", "$defs"})

Schema = Mapping[str, Any]
Rule = Callable[[Any, Any, str, "Schema"], Iterator[str]]  # its value, what is checked, where that stands, the whole


def loaded(text: str) -> object:
    """The JSON of a text, alone or in the one fence that there is.

    Raises:
        WrongAnswerError: it is none.
    """
    fenced = FENCE.fullmatch(text.strip())
    try:
        return _parsed(fenced.group(1) if fenced else text)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError(f"That answer was refused.\n- answer: is no JSON: {error}\n{AGAIN}") from None


def first_object(text: str) -> dict[str, object] | None:
    """The JSON object of a text: alone, fenced, or the first that is complete among other words."""
    starts = [match.start() for match in re.finditer(r"\{", text)][:MOST_BRACES]
    decoder = json.JSONDecoder(parse_constant=_no_number)
    for start in starts:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict) else None
    return None


def require(value: object, schema: Schema, *, what: str = "answer", again: str = AGAIN) -> None:
    """Do nothing when a value fits.

    Raises:
        WrongAnswerError: with what to tell the model.
    """
    if problems := wrong(value, schema, what=what):
        lines = [f"- {problem}" for problem in problems[:MOST_PROBLEMS]]
        raise WrongAnswerError("\n".join(["That answer was refused.", *lines, again]))


def wrong(value: object, schema: Schema, *, what: str = "answer") -> list[str]:
    """What does not fit, each with its place. Nothing is made to fit: "true" is no truth value and "3" no number.

    Raises:
        ValueError: the schema asks for something that is not checked here.
    """
    return list(_problems(schema, value, what, schema))


def _problems(schema: Schema, value: Any, where: str, whole: Schema) -> Iterator[str]:
    for keyword, wanted in schema.items():
        if keyword in REMARKS or keyword == "additionalProperties":  # that one belongs to `properties`
            continue
        if keyword not in RULES:
            raise ValueError(f"a schema with {keyword!r} cannot be checked: bot/llm/checks.py does not know it")
        yield from RULES[keyword](wanted, value, where, whole)
    if isinstance(value, dict) and "additionalProperties" in schema:
        yield from _further(schema, value, where, whole)


def _further(schema: Schema, value: dict[str, Any], where: str, whole: Schema) -> Iterator[str]:
    allowed, known = schema["additionalProperties"], schema.get("properties", {})
    for name in value.keys() - known.keys():
        if allowed is False:
            yield f"{where}.{name}: there is no such key"
        elif allowed is not True:
            yield from _problems(allowed, value[name], f"{where}.{name}", whole)


def _type(wanted: str | Sequence[str], value: Any, where: str, _: Schema) -> Iterator[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(_is(value, name) for name in names):
        yield f"{where}: must be {' or '.join(names)}"


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _enum(wanted: Sequence[Any], value: Any, where: str, _: Schema) -> Iterator[str]:
    if _text(value) not in {_text(one) for one in wanted}:
        yield f"{where}: must be one of {', '.join(map(_text, wanted))}"


def _const(wanted: Any, value: Any, where: str, whole: Schema) -> Iterator[str]:
    yield from _enum([wanted], value, where, whole)


def _properties(wanted: Mapping[str, Schema], value: Any, where: str, whole: Schema) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted.keys() & value.keys():
            yield from _problems(wanted[name], value[name], f"{where}.{name}", whole)


def _required(wanted: Sequence[str], value: Any, where: str, _: Schema) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{where}.{name}: is missing" for name in wanted if name not in value)


def _items(wanted: Schema, value: Any, where: str, whole: Schema) -> Iterator[str]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems(wanted, item, f"{where}[{number}]", whole)


def _any_of(wanted: Sequence[Schema], value: Any, where: str, whole: Schema) -> Iterator[str]:
    found = [list(_problems(one, value, where, whole)) for one in wanted]
    yield from min(found, key=len)


def _one_of(wanted: Sequence[Schema], value: Any, where: str, whole: Schema) -> Iterator[str]:
    found = [list(_problems(one, value, where, whole)) for one in wanted]
    if sum(not problems for problems in found) > 1:
        yield f"{where}: fits more than one of the shapes"
    else:
        yield from min(found, key=len)


def _all_of(wanted: Sequence[Schema], value: Any, where: str, whole: Schema) -> Iterator[str]:
    for one in wanted:
        yield from _problems(one, value, where, whole)


def _ref(wanted: str, value: Any, where: str, whole: Schema) -> Iterator[str]:
    found: Any = whole
    for part in wanted.removeprefix("#/").split("/"):
        found = found[part]
    yield from _problems(found, value, where, whole)


def _pattern(wanted: str, value: Any, where: str, _: Schema) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{where}: must match {wanted}"


def _limit(kinds: tuple[type, ...], fits: Callable[[Any, Any], bool], words: str) -> Rule:
    def check(wanted: Any, value: Any, where: str, _: Schema) -> Iterator[str]:
        if isinstance(value, kinds) and not isinstance(value, bool) and not fits(value, wanted):
            yield f"{where}: must {words} {wanted}"

    return check


NUMBERS = (int, float)
RULES: Mapping[str, Rule] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "properties": _properties,
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "allOf": _all_of,
    "$ref": _ref,
    "pattern": _pattern,
    "minLength": _limit((str,), lambda value, wanted: len(value) >= wanted, "have at least this many characters:"),
    "maxLength": _limit((str,), lambda value, wanted: len(value) <= wanted, "have at most this many characters:"),
    "minItems": _limit((list,), lambda value, wanted: len(value) >= wanted, "have at least this many items:"),
    "maxItems": _limit((list,), lambda value, wanted: len(value) <= wanted, "have at most this many items:"),
    "minimum": _limit(NUMBERS, lambda value, wanted: value >= wanted, "be at least"),
    "maximum": _limit(NUMBERS, lambda value, wanted: value <= wanted, "be at most"),
    "exclusiveMinimum": _limit(NUMBERS, lambda value, wanted: value > wanted, "be more than"),
    "exclusiveMaximum": _limit(NUMBERS, lambda value, wanted: value < wanted, "be less than"),
}


def _text(value: object) -> str:
    """By which values are the same: 1, true and "1" are three."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _parsed(text: str) -> object:
    return json.loads(text, parse_constant=_no_number)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
