"""How the sandbox says no: to a client with GitHub's status and JSON, to a person with a sentence."""

from typing import Any


class ApiError(Exception):
    """An answer with this status and `message`; `details` are its further fields, such as `errors`."""

    def __init__(self, status: int, message: str, *, headers: dict[str, str] | None = None, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.details = details


class PersonError(Exception):
    """A person named something that is not there; the text says what."""


def not_found() -> ApiError:
    """What GitHub says of anything that the caller may not see, existing or not."""
    return ApiError(404, "Not Found")


def invalid(resource: str, field: str, code: str) -> ApiError:
    """A field that GitHub does not accept: `missing_field`, `invalid`, `already_exists` and so on."""
    errors = [{"resource": resource, "field": field, "code": code}]
    return ApiError(422, "Validation Failed", errors=errors)
