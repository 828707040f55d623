"""The JSON of one request of the page, and what is answered."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.refusals import PersonError

Answer = Mapping[str, Any]
DONE: Answer = {"ok": True}


class Asked:
    """The JSON of one request, read field by field; a missing or odd field is refused in a sentence."""

    def __init__(self, body: object) -> None:
        if not isinstance(body, dict):
            raise PersonError("Send a JSON object.")
        self._body = body

    def text(self, name: str) -> str:
        """A field that must be there and be text."""
        value = self._body.get(name)
        if not isinstance(value, str) or not value:
            raise PersonError(f'"{name}" is missing or not text.')
        return value

    def maybe(self, name: str) -> str | None:
        """A field that may be left out."""
        return self.text(name) if self._body.get(name) is not None else None

    def flag(self, name: str) -> bool:
        """A field that is true or false."""
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise PersonError(f'"{name}" must be true or false.')
        return value

    def number(self, name: str) -> int:
        """A field that is a whole number."""
        value = self._body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise PersonError(f'"{name}" must be a whole number.')
        return value

    def names(self, name: str) -> list[str]:
        """A field that is a list of texts; none when it is left out."""
        value = self._body.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise PersonError(f'"{name}" must be a list of texts.')
        return value

    def values(self) -> dict[str, Any]:
        """What a form was filled in with, by block id."""
        value = self._body.get("values")
        if not isinstance(value, dict):
            raise PersonError('"values" must be an object.')
        return value
