"""Only GitHub's SHA-256 signature over exactly these bytes counts; every other form is refused, and raises nothing."""

import hashlib
import hmac
import json

import pytest

from bot.github.signature import is_signed

SECRET = b"a secret of thirty-two characters"
BODY = b'{"action": "opened",  "note": "\xc3\xa9"}'
GOOD = "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()
SHA1 = "sha1=" + hmac.new(SECRET, BODY, hashlib.sha1).hexdigest()
OTHER = "sha256=" + hmac.new(b"another secret", BODY, hashlib.sha256).hexdigest()


def test_the_right_signature_counts() -> None:
    assert is_signed([GOOD], BODY, SECRET)
    assert is_signed(["sha256=" + hmac.new(SECRET, b"", hashlib.sha256).hexdigest()], b"", SECRET)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param([""], id="empty"),
        pytest.param([SHA1], id="sha1"),
        pytest.param([SHA1.replace("sha1", "sha256")], id="sha1 called sha256"),
        pytest.param([GOOD, GOOD], id="two that are right"),
        pytest.param([GOOD, OTHER], id="right and wrong"),
        pytest.param([OTHER], id="another secret"),
        pytest.param([GOOD.upper()], id="upper case"),
        pytest.param(["SHA256=" + GOOD[7:]], id="upper-case name"),
        pytest.param(["sha256=" + GOOD[7:].upper()], id="upper-case digits"),
        pytest.param([GOOD[7:]], id="no name"),
        pytest.param(["sha256:" + GOOD[7:]], id="colon"),
        pytest.param(["sha512=" + GOOD[7:]], id="other name"),
        pytest.param([" " + GOOD], id="space before"),
        pytest.param([GOOD + " "], id="space behind"),
        pytest.param([GOOD + "\n"], id="line end"),
        pytest.param(["sha256= " + GOOD[7:]], id="space inside"),
        pytest.param([GOOD + "," + GOOD], id="a list"),
        pytest.param([GOOD[:-1]], id="one digit short"),
        pytest.param([GOOD + "0"], id="one digit long"),
        pytest.param(["sha256="], id="no digits"),
        pytest.param(["sha256=" + "0" * 64], id="zeros"),
        pytest.param(["sha256=" + "g" * 64], id="no hex digits"),
        pytest.param(["sha256=" + "ä" * 64], id="not ASCII"),
        pytest.param(["sha256=" + "\uff10" * 64], id="digits of another script"),
        pytest.param(["sha256=" + "\udc80" * 64], id="surrogates"),
        pytest.param(["sha256=" + "a" * 10_000], id="10 kB"),
        pytest.param(["Bearer " + GOOD], id="bearer"),
    ],
)
def test_no_other_header_counts(headers: list[str]) -> None:
    assert not is_signed(headers, BODY, SECRET)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY.replace(b"opened", b"openeD"), id="one byte"),
        pytest.param(BODY + b"\n", id="line end"),
        pytest.param(BODY[:-1], id="cut"),
        pytest.param(json.dumps(json.loads(BODY)).encode(), id="encoded again"),
        pytest.param(b"", id="empty"),
    ],
)
def test_no_other_body_is_proven(body: bytes) -> None:
    assert not is_signed([GOOD], body, SECRET)


def test_an_empty_secret_proves_nothing() -> None:
    assert not is_signed(["sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()], BODY, b"")
