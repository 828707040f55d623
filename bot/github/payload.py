"""A delivery's bytes become a JSON object, whichever way the hook sends it; nothing in it is trusted yet."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from storage.columns import storable

Payload = dict[str, Any]

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_FIELDS = 20  # of a form; GitHub sends one
LONGEST_TEXT = 65_536  # GitHub's own limit on a body
AT_ONCE = 500  # entries of a list: they are gone in a fraction of a millisecond
_ADDRESS = re.compile(r"https?://[^\s<>|\"']{1,2000}", re.ASCII)
LARGEST_NUMBER = 2**63 - 1  # what a database column holds


class NotReadable(ValueError):  # noqa: N818 - it says what the body is
    """The body is no JSON object."""


@dataclass(frozen=True)
class Lacking(Exception):  # noqa: N818 - it says what the payload is
    """A key that the work needs is missing, null or of another type."""

    key: str

    def __str__(self) -> str:
        return f"the payload has no usable {self.key}"


def read(body: bytes, content_type: str) -> Payload:
    """The object in a body of one of the two content types.

    Raises:
        NotReadable: it is something else.
    """
    try:
        if content_type == FORM:
            body = parse_qs(body.decode(), strict_parsing=True, max_num_fields=MOST_FIELDS)["payload"][0].encode()
        # The hooks are Python code, so a long parse lets other threads run; without them it is one call in C.
        payload = json.loads(body, object_hook=_as_it_is, parse_int=_bounded)
    except (ValueError, KeyError, RecursionError) as error:
        raise NotReadable(type(error).__name__) from error
    if not isinstance(payload, dict):
        raise NotReadable(f"a JSON {type(payload).__name__}")
    return payload


def shorten(payload: Payload) -> None:
    """Cut long lists short, a few entries at a time: to let go of all at once holds up every other thread for as long.

    Only the payload's own lists and those of its objects count; GitHub's long ones (a push's commits) are there.
    """
    left = [payload]
    while left:
        for found in left.pop().values():
            if isinstance(found, dict):
                left.append(found)
            while isinstance(found, list) and len(found) > AT_ONCE:
                del found[-AT_ONCE:]


def as_stored(body: bytes, headers: Mapping[str, str]) -> Payload:
    """The object in the body of a stored delivery.

    Raises:
        NotReadable: it has none, as when its content was dropped.
    """
    return read(body, headers.get("content-type", JSON).partition(";")[0].strip().lower())


def _as_it_is(found: Payload) -> Payload:
    return found


def _bounded(digits: str) -> int | None:
    if len(digits) < 19:  # nearly all of them
        return int(digits)
    return int(digits) if len(digits) <= 20 and abs(int(digits)) <= LARGEST_NUMBER else None


def dig(payload: Any, *path: str) -> Any:
    """What lies under a path of keys, or None."""
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload


def text(payload: Any, *path: str) -> str | None:
    """A text, as it can be stored."""
    found = dig(payload, *path)
    if not isinstance(found, str):
        return None
    return storable(found[:LONGEST_TEXT])


def address(payload: Any, *path: str) -> str:
    """A web address that may stand in a link; empty when it is none."""
    found = text(payload, *path) or ""
    return found if _ADDRESS.fullmatch(found) else ""


def number(payload: Any, *path: str) -> int | None:
    """A positive whole number, as ids are."""
    found = dig(payload, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def moment(payload: Any, *path: str) -> datetime | None:
    """A time, written as ISO 8601 or as seconds since 1970 (pushes have both)."""
    found = dig(payload, *path)
    try:
        if isinstance(found, str):
            at = datetime.fromisoformat(found)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(found, UTC) if number(payload, *path) else None
    except (ValueError, OverflowError, OSError):
        return None


def need_text(payload: Any, *path: str) -> str:
    """A text that must be there.

    Raises:
        Lacking: it is not, or it is empty.
    """
    if found := text(payload, *path):
        return found
    raise Lacking(".".join(path))


def need_number(payload: Any, *path: str) -> int:
    """A number that must be there.

    Raises:
        Lacking: it is not.
    """
    if found := number(payload, *path):
        return found
    raise Lacking(".".join(path))


def items(payload: Any, *path: str) -> list[Any]:
    """A list, or an empty one."""
    found = dig(payload, *path)
    return found if isinstance(found, list) else []
