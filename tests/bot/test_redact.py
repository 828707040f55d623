"""Secrets leave a text before a model or a log sees it; what only looks like one stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import redact, redact_addresses

# Put together at run time, so that no scanner takes this file for a leak.
LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
SECRETS = {
    "slack-token": [
        "xox" + "b-123456789012-" + LETTERS[:24],
        "xox" + "p-1234-5678-" + HEX,
        "xapp" + "-1-A012B-345-" + HEX,
    ],
    "slack-webhook": ["https://hooks.slack" + ".com/services/T0001/B0002/" + LETTERS],
    "github-token": ["gh" + "p_" + LETTERS + "abcd", "gh" + "s_" + LETTERS + "abcd", "github" + "_pat_" + LETTERS],
    "gitlab-token": ["gl" + "pat-" + LETTERS[:20]],
    "aws-key": ["AK" + "IA" + "IOSFODNN7ABCDEFG"],
    "jwt": ["ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0In0." + LETTERS],
    "stripe-key": ["sk" + "_live_" + LETTERS, "rk" + "_test_" + LETTERS, "wh" + "sec_" + LETTERS],
    "model-key": ["sk" + "-ant-api03-" + LETTERS, "sk" + "-proj-" + LETTERS, "sk" + "-" + LETTERS],
    "google-key": ["AI" + "za" + LETTERS + "abc", "ya" + "29." + LETTERS],
    "sendgrid-key": ["S" + "G." + LETTERS[:22] + "." + LETTERS],
    "package-token": ["np" + "m_" + LETTERS + "abcd", "h" + "f_" + LETTERS],
}
KNOWN = [(kind, secret) for kind, secrets in SECRETS.items() for secret in secrets]


@pytest.mark.parametrize(("kind", "secret"), KNOWN)
@pytest.mark.parametrize("frame", ["{}", "it says {}, why?", "(`{}`)", "https://x.test/?q={}"])
def test_a_known_token_leaves_its_kind(kind: str, secret: str, frame: str) -> None:
    assert redact(frame.format(secret)) == frame.format(f"[redacted:{kind}]")


@pytest.mark.parametrize("end", ["-----END RSA PRIV" + "ATE KEY-----", ""])
def test_a_private_key_goes_as_a_block_even_when_cut_off(end: str) -> None:
    block = "-----BEGIN RSA PRIV" + f"ATE KEY-----\nMIIEow\n{LETTERS}\n{end}"
    assert redact(f"before\n{block}") == "before\n[redacted:private-key]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://app:hunter2@db:5432/x", "postgres://app:[redacted:password]@db:5432/x"),
        ("redis://:s3cret@cache", "redis://:[redacted:password]@cache"),
        (f"Authorization: Bearer {HEX}", "Authorization: Bearer [redacted:authorization]"),
        ("curl -H 'Authorization: Basic dXNlcjpwYXNz' x", "curl -H 'Authorization: Basic [redacted:authorization]' x"),
        (f"sent bearer {HEX}.", "sent bearer [redacted:authorization]"),
        ("password=hunter2", "password=[redacted:secret]"),
        ("DB_PASSWORD = hunter2, retry", "DB_PASSWORD = [redacted:secret], retry"),
        ("password: hunter2", "password: [redacted:secret]"),
        ("the password is Hunter2x!", "the password is [redacted:secret]"),
        ('{"api_key": "abcdef", "n": 1}', '{"api_key": "[redacted:secret]", "n": 1}'),
        ('secret = "correct horse battery"', 'secret = "[redacted:secret]"'),
        ("client_secret: 'a-b-c-d'", "client_secret: '[redacted:secret]'"),
        (f"aws_secret_access_key={LETTERS}/x+y", "aws_secret_access_key=[redacted:secret]"),
        ("https://x.test/a?token=abcd1234&page=2", "https://x.test/a?token=[redacted:secret]&page=2"),
        ("mysql --password hunter2 -h db", "mysql --password [redacted:secret] -h db"),
        (f"the signing key is {HEX} since May", "the signing key is [redacted:secret] since May"),
        ("Cookie: sid=abc; theme=dark\nHost: x", "Cookie: [redacted:secret]\nHost: x"),
        ("'X-Hub-Signature-256': 'sha256=abcd', 'n': 1", "'X-Hub-Signature-256': '[redacted:secret]', 'n': 1"),
        ("SENTRY_DSN=https://abcdef@sentry.test/1 is set", "SENTRY_DSN=[redacted:secret] is set"),
        (f"the key {LETTERS} stopped working", "the key [redacted:secret] stopped working"),
    ],
)
def test_a_value_given_to_a_secret_name_goes_and_the_rest_stays(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong",
        "password: please reset it",
        "my token is expired, and the secret is out",
        "password reset mails never arrive",
        "token: null, secret: true, password: required",
        "password=${DB_PASSWORD} and token=<your token>",
        "password = os.environ['DB_PASSWORD']",
        "max_tokens=1024, tokens: 20000",
        "the key idea is simple",
        "CH-12 and CH-1234567890",
        "request 550e8400-e29b-41d4-a716-446655440000 failed",
        "token 550e8400-e29b-41d4-a716-446655440000",
        f"commit {HEX}12345678 broke it",
        "since 3f2a9c1 on main",
        "https://example.com/a/b?page=2#token",
        "https://example.com:8080/path@2x.png",
        "mail ada@example.com at 10:30",
        "the bearer of bad news",
        "task-runner-with-a-very-long-name-1234567890",
        "sk-spinner-with-a-very-long-class-name",
        "secret santa: who brings cake?",
        "the key /home/ada/projects/chargehand/agent/triage/rules",
        "redis is down, payments failing for everyone",
        "",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("secret", [secret for _, secret in KNOWN])
@pytest.mark.parametrize(
    "frame", ["token={}", "password: '{}'", "https://u:{}@host", "Authorization: Bearer {}", "key {}"]
)
def test_twice_is_as_good_as_once(frame: str, secret: str) -> None:
    once = redact(frame.format(secret))
    assert secret not in once
    assert redact(once) == once


PIECES = [
    "password",
    "token",
    "=",
    ":",
    " ",
    " is ",
    '"',
    "'",
    "https://u:",
    "@",
    "key",
    "Bearer ",
    "a1B2c3D4",
    "--",
    "[redacted:",
]


@given(st.lists(st.sampled_from([*PIECES, LETTERS, HEX, "sk-", "eyJ", ".", "\n"])).map("".join))
def test_twice_is_as_good_as_once_for_anything(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "eyJ",
        "eyJaaaaaaaaa.",
        "-eyJ",
        "sk-",
        "password",
        "password=",
        "token: ",
        "a://b:",
        "key ",
        "-----BEGIN ",
        "'",
        "A",
        "1",
        "Bearer ",
        " --token ",
    ],
)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        start = time.thread_time()
        redact(text)
        return time.thread_time() - start

    short, long = min(seconds(20_000) for _ in range(3)), min(seconds(160_000) for _ in range(2))
    assert long < 24 * short + 0.05, f"{short:.4f} s for 20 kB, {long:.4f} s for 160 kB"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("write to ann.b+c@mail.example.com, please", "write to [redacted:email], please"),
        ("<mailto:ann@example.com|ann@example.com>", "<mailto:[redacted:email]|[redacted:email]>"),
        ("@ann and ann@localhost and acme/shop@main", "@ann and ann@localhost and acme/shop@main"),
        ("password=hunter2-4711 of ann@example.com", "password=[redacted:secret] of [redacted:email]"),
    ],
)
def test_addresses_go_where_nobody_should_read_them(text: str, kept: str) -> None:
    assert redact_addresses(text) == kept
    assert redact_addresses(kept) == kept
