"""What each way in which a call to GitHub can fail means for us."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from githubkit import GitHub, Response
from githubkit.exception import GitHubException, RequestError, RequestFailed, RequestTimeout

from bot.errors import CallError, classify_answer

RATE_LIMIT = "rate limit"
PATIENCE = 10.0  # seconds until we ask again when GitHub cannot be reached
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class CallFailed(CallError):  # noqa: N818
    """One call to GitHub did not work."""

    def __str__(self) -> str:
        return f"GitHub: {self.code}"


class Plain(GitHub[Any]):
    """The library without its reading of rate limits: bot/errors.py has one for all services."""

    def _check_rate_limit(self, response: Response[Any]) -> None:  # it ends with ValueError where Retry-After is a date
        return


@contextmanager
def noting(refused: dict[str, str], about: str) -> Iterator[None]:
    """Go on where GitHub refuses for good, with its answer noted under what was asked about."""
    try:
        yield
    except CallFailed as failed:
        if not failed.is_final:
            raise
        refused[about] = failed.code


@contextmanager
def failures() -> Iterator[None]:
    """Turn whatever githubkit raises into CallFailed."""
    try:
        yield
    except GitHubException as error:
        raise _meaning(error) from error


def _meaning(error: BaseException) -> CallFailed:
    match error:
        case RequestFailed():
            return _of_answer(error.response)
        case RequestTimeout() | RequestError():
            return _of_transport(error.exc)
        case _:
            return CallFailed(f"{type(error).__name__}: {error}", is_final=True)


def _of_transport(error: BaseException) -> CallFailed:
    if isinstance(error, GitHubException):  # the exchange of the App's key for a token failed, inside a call
        return _meaning(error)
    if isinstance(error, NOT_SENT):
        return CallFailed(f"no connection: {type(error).__name__}", retry_after=PATIENCE)
    return CallFailed(f"no answer: {type(error).__name__}", is_uncertain=True)


def _of_answer(answer: Response[Any]) -> CallFailed:
    status, text = answer.status_code, answer.text
    verdict = classify_answer(status, answer.headers, now=datetime.now(UTC), text=text)
    if verdict.fault == "throttled":
        return CallFailed(RATE_LIMIT, retry_after=verdict.after)
    if verdict.fault == "transient":
        return CallFailed(f"http_{status}", is_uncertain=True)
    return CallFailed(f"http_{status}: {_said(text)[:200]}", is_final=True)


def _said(text: str) -> str:
    """GitHub's sentence, where there is one that says it all."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    return str(told["message"]) if isinstance(told, dict) and told.get("message") and "errors" not in told else text
