"""Whose secret signed a delivery."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.github.payload import NotReadable, Payload, read, shorten
from bot.github.signature import is_signed
from handlers.github.known import Candidate
from storage import inbox

QUICK = 65_536  # bytes that are checked, read and packed in about the time that a thread is asked to do it
MOST_TRIED = 32  # stored secrets, where nothing says which one it is


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A delivery that is GitHub's. `payload` is None, with the reason, when the body is no JSON object."""

    by: Candidate
    payload: Payload | None
    problem: str
    kept: bytes  # the body, as it came or packed
    encoding: str
    sha256: str


def candidates(
    known: Sequence[Candidate], *, hook_key: str | None = None, hook_id: str | None = None
) -> list[Candidate]:
    """The secrets that may have signed: those of the hook that the address or the header names, else all."""
    stored = [one for one in known if one.record]
    if hook_key is not None:
        return [one for one in stored if one.record and one.record.hook_key == hook_key]
    own = [one for one in stored if one.record and hook_id and str(one.record.hook_id) == hook_id]
    return own or [*(one for one in known if one.record is None), *stored[:MOST_TRIED]]


def prove(body: bytes, signatures: Sequence[str], content_type: str, tried: Sequence[Candidate]) -> Proven | None:
    """Check the signature, and only then look at what was signed; None when nobody we know has signed it."""
    by = next((one for one in tried if is_signed(signatures, body, one.secret)), None)
    if by is None:
        return None
    payload, problem = None, ""
    try:
        payload = read(body, content_type)
    except NotReadable as error:
        problem = str(error)
    if payload is not None and len(body) > QUICK:
        shorten(payload)  # the door looks into no list so long
    kept, encoding = inbox.packed(body)
    digest = hashlib.sha256(body).hexdigest()
    return Proven(by=by, payload=payload, problem=problem, kept=kept, encoding=encoding, sha256=digest)
