"""Arguments of a Web API call, however they were sent: JSON body, form, query, or JSON inside a form field."""

import json
from typing import Any

from aiohttp import web

from bot.sandbox.slack.message import Payload
from bot.sandbox.slack.refusals import ApiError

# Fields that forms and queries carry as JSON text.
JSON_FIELDS = {"blocks", "attachments", "view", "metadata", "files", "chunks", "loading_messages", "prompts"}


class Arguments:
    """Typed access to what the app sent; a wrong type is Slack's `invalid_arguments`."""

    def __init__(self, given: Payload) -> None:
        self.given = given

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as their digits."""
        value = self.given.get(name)
        if isinstance(value, dict | list):
            raise invalid(f"must provide a string [json-pointer:/{name}]")
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A string that may not be missing or empty."""
        if not (value := self.text(name)):
            raise invalid(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean; queries carry it as `true` or `1`."""
        value = self.text(name).lower()
        return default if not value else value in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.text(name)
        if value and not value.isdigit():
            raise ApiError(f"invalid_{name}")
        return int(value) if value else default

    def objects(self, name: str, *, wrong: str) -> list[Payload] | None:
        """A list of objects, None when not given; anything else is the error code `wrong`."""
        value = self.given.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ApiError(wrong)
        return value

    def items(self, name: str) -> list[Any]:
        """A list of anything, empty when not given."""
        value = self.given.get(name) or []
        if not isinstance(value, list):
            raise invalid(f"must provide an array [json-pointer:/{name}]")
        return value

    def object(self, name: str) -> Payload | None:
        """An object, None when not given."""
        value = self.given.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, dict):
            raise invalid(f"must provide an object [json-pointer:/{name}]")
        return value


def invalid(*messages: str) -> ApiError:
    """Slack's `invalid_arguments` with the reasons it gives."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})


async def read_arguments(request: web.Request) -> Arguments:
    """Merge query and body, the body winning."""
    given: dict[str, Any] = {**request.query}
    if request.content_type == "application/json":
        given |= _json_body(await request.text())
    elif request.can_read_body:
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return Arguments({name: _decoded(name, value) for name, value in given.items()})


def _json_body(text: str) -> Payload:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


def _decoded(name: str, value: Any) -> Any:
    if name not in JSON_FIELDS or not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
        raise ApiError(code) from None


def page_of(args: Arguments, items: list[Any], *, default: int = 100) -> tuple[list[Any], Payload]:
    """One page of a list and the cursor of the next, the way Slack pages."""
    cursor = args.text("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("next:")) if cursor else 0
    end = start + max(1, min(args.number("limit", default), 1000))
    following = f"next:{end}" if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}
