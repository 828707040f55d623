"""A delivery without GitHub's signature over exactly its bytes is nobody's word."""

import hashlib
import hmac
import re
from collections.abc import Sequence

HEADER = "X-Hub-Signature-256"
_FORM = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)


def is_signed(headers: Sequence[str], body: bytes, secret: bytes) -> bool:
    """Whether the one signature header (all values of X-Hub-Signature-256) proves the body; SHA-1 never does."""
    if len(headers) != 1 or not secret or not _FORM.fullmatch(headers[0]):
        return False
    return hmac.compare_digest(sign(body, secret).encode(), headers[0].encode())


def sign(body: bytes, secret: bytes) -> str:
    """The header's value."""
    # Not hmac.digest: it keeps the interpreter lock, and a body may have 25 MiB.
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
