"""Webhooks as GitHub keeps them: where they go, and every attempt to deliver with what came back."""

import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from bot.sandbox.github.records import Payload

FORM = "application/x-www-form-urlencoded"
OK, UNREACHABLE, TIMED_OUT = "OK", "failed to connect to host", "timed out"


@dataclass(eq=False)
class Hook:
    """One webhook: of the App (`integration`), of a repository or of an organisation."""

    id: int
    kind: Literal["integration", "repository", "organization"]
    target_id: int  # the App's, repository's or organisation's id
    created_at: float
    updated_at: float
    url: str = ""
    secret: str = ""
    content_type: Literal["json", "form"] = "json"
    insecure_ssl: str = "0"
    events: tuple[str, ...] = ("push",)
    is_active: bool = True
    deliveries: "list[Delivery]" = field(default_factory=list)  # finished attempts, oldest first

    def wants(self, event: str) -> bool:
        """Whether this event is sent here; pings and installation events always are."""
        asked_for = event in self.events or "*" in self.events
        unasked = event == "ping" or (self.kind == "integration" and event.startswith("installation"))
        return self.is_active and bool(self.url) and (asked_for or unasked)


@dataclass(frozen=True)
class Notice:
    """One event for one hook; attempts to deliver it share its GUID and its bytes."""

    hook: Hook
    guid: str
    event: str
    packed: bytes  # the payload's JSON, compressed
    action: str | None
    repository_id: int | None
    installation_id: int | None
    subject: str  # notices about one subject are sent one after the other

    @property
    def payload(self) -> Payload:
        """What is told."""
        told: Payload = json.loads(zlib.decompress(self.packed))
        return told


@dataclass(frozen=True)
class Delivery:
    """One finished attempt; a `status_code` of 2xx is a success."""

    id: int
    notice: Notice
    delivered_at: float
    is_redelivery: bool
    duration: float  # seconds
    status: str
    status_code: int
    request_headers: Mapping[str, str]
    response_headers: Mapping[str, str]
    response_body: str

    @property
    def guid(self) -> str:
        """The same for every attempt of one notice."""
        return self.notice.guid

    @property
    def is_ok(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status_code < 300


def answer_of(attempt: Delivery) -> Payload:
    """What the receiver's JSON says; empty when it was none."""
    try:
        said = json.loads(attempt.response_body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def outcome_of(attempt: Delivery) -> str:
    """In a word or two: the `status` of the answer, such as `duplicate`, else how the attempt ended."""
    return str(answer_of(attempt).get("status") or attempt.status)


def pack(payload: Payload) -> bytes:
    """Few bytes for a payload that is kept until it may be asked for again."""
    return zlib.compress(json.dumps(payload, separators=(",", ":")).encode(), level=1)


def body_of(notice: Notice) -> bytes:
    """The exact bytes that are signed and sent."""
    text = zlib.decompress(notice.packed)
    return urlencode({"payload": text}).encode() if notice.hook.content_type == "form" else text


def headers_of(notice: Notice, body: bytes, *, secret: str) -> dict[str, str]:
    """The headers that GitHub sends with these bytes; without a secret there is no signature."""
    hook = notice.hook
    headers = {
        "Accept": "*/*",
        "Content-Type": FORM if hook.content_type == "form" else "application/json",
        "User-Agent": "GitHub-Hookshot/5a1db0c",
        "X-GitHub-Delivery": notice.guid,
        "X-GitHub-Event": notice.event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(hook.target_id),
        "X-GitHub-Hook-Installation-Target-Type": hook.kind,
    }
    return headers | (signatures(body, secret) if secret else {})


def signatures(body: bytes, secret: str) -> dict[str, str]:
    """Both signatures over these bytes, the old one too."""
    old, new = (hmac.new(secret.encode(), body, kind).hexdigest() for kind in (hashlib.sha1, hashlib.sha256))
    return {"X-Hub-Signature": f"sha1={old}", "X-Hub-Signature-256": f"sha256={new}"}
