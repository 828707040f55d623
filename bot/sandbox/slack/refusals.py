"""How the sandbox says no: to the app with Slack's error codes, to a person with a sentence."""

from typing import Any


class ApiError(Exception):
    """The Web API's `{"ok": false, "error": code}`; `details` are its further fields."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class PersonError(Exception):
    """A person cannot do that, or cannot see it; the text says why in one sentence."""


class SlackTimeoutError(PersonError):
    """The app did not answer in time; the text is what Slack shows, such as `operation_timeout`."""
