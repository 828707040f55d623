"""A proven delivery as it is stored, and what GitHub's delivery page shows of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.github.payload import Payload, number, text
from bot.server import Refusal
from handlers.github.proof import Proven
from storage.columns import storable
from storage.inbox import Delivery
from storage.queue import Job

EVENT, GUID = "X-GitHub-Event", "X-GitHub-Delivery"
_FORMS = {EVENT: r"[A-Za-z0-9_.-]{1,64}", GUID: r"[A-Za-z0-9_.-]{1,128}"}
_KEPT = re.compile(r"x-github-.*|x-hub-signature.*|content-type|user-agent", re.IGNORECASE)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C's; goes into jobs and spans


def names_of(headers: Mapping[str, str]) -> tuple[str, str]:
    """The event and the delivery's GUID.

    Raises:
        Refusal: one of the headers is missing or cannot be one.
    """
    for name, form in _FORMS.items():
        if not re.fullmatch(form, headers.get(name, "")):
            raise Refusal(400, "headers", f"{name} is missing or malformed.")
    return headers[EVENT], headers[GUID]


def is_well_formed(headers: Mapping[str, str]) -> bool:
    """Whether it looks like a delivery of GitHub's."""
    return all(re.fullmatch(form, headers.get(name, "")) for name, form in _FORMS.items())


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A delivery that is proven to be GitHub's."""

    event: str
    guid: str
    client: str
    correlation_id: str
    headers: Mapping[str, str]
    payload: Payload
    proven: Proven
    size: int

    def delivery(self, workspace_id: str, *, ignored: str, now: datetime) -> Delivery:
        """The row; `ignored` is why nothing follows from it."""
        record = self.proven.by.record
        return Delivery(
            workspace_id=workspace_id,
            source="github",
            dedupe_key=f"github:{self.guid}",
            kind=self.event,
            action=text(self.payload, "action"),
            repo_id=number(self.payload, "repository", "id"),
            headers=_kept(self.headers),
            body=self.proven.kept,
            encoding=self.proven.encoding,
            sha256=self.proven.sha256,
            size=self.size,
            client=self.client,
            secret_id=record.id if record else None,
            correlation_id=self.correlation_id,
            status="ignored" if ignored else "accepted",
            reason=ignored,
            received_at=now,
        )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name.lower(): storable(value) for name, value in headers.items() if _KEPT.fullmatch(name)}
    caller = headers.get("traceparent", "")
    return kept | ({"traceparent": caller} if _TRACEPARENT.fullmatch(caller) else {})


def accepted(letter: Letter, *, ignored: str) -> web.Response:
    """It is stored; `ignored` is why nothing follows from it."""
    said = {
        "status": "ignored" if ignored else "accepted",
        "event_type": letter.event,
        "action": text(letter.payload, "action"),
        "repository": text(letter.payload, "repository", "full_name"),
        "message_key": f"github:{letter.guid}",
        "correlation_id": letter.correlation_id,
        "delivery_id": letter.guid,
    }
    return web.json_response(said | ({"reason": ignored} if ignored else {}), status=202)


def duplicate(letter: Letter, first: Delivery, job: Job | None) -> web.Response:
    """It had come in before; how far the work is that it asked for."""
    said: dict[str, object] = {
        "status": "duplicate",
        "delivery_id": letter.guid,
        "correlation_id": first.correlation_id,
    }
    if job is None:
        return web.json_response(said | {"reason": first.reason}, status=202)
    said["job"] = {"id": job.id, "state": job.state}
    if job.state == "dead":
        said["next"] = f'python app.py jobs replay {job.id} --reason "sent again by GitHub"'
    return web.json_response(said, status=202)
